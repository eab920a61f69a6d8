import { expect } from 'chai';
import { judge, median, ratioOf, spreadOf } from '../../../bench/report/statistics.js';

const rounds = (...values: number[]) => values.map((value, round) => ({ round, value }));

describe('statistics of the benchmark', () => {
  it('takes the middle of an odd number of samples, and the mean of the two in the middle of an even one', () => {
    expect(median([30, 1, 2])).to.equal(2);
    expect(median([4, 1, 2, 100])).to.equal(3);
    expect(median([])).to.be.NaN;
  });

  it('describes rounds by median and range, and leaves the samples as they are', () => {
    const samples = [30, 1, 2];
    expect(spreadOf(samples)).to.deep.equal({ median: 2, min: 1, max: 30, rounds: 3 });
    expect(samples).to.deep.equal([30, 1, 2]);
    expect(spreadOf([])).to.equal(null);
  });

  it('takes ratios within each round: what doubles both in one round changes nothing', () => {
    expect(ratioOf(rounds(2, 4, 2), rounds(1, 2, 1))).to.deep.equal({ median: 2, min: 2, max: 2, rounds: 3 });
  });

  it('ignores rounds that only one has, or in which the other is 0', () => {
    const theirs = [
      { round: 0, value: 0 },
      { round: 2, value: 5 },
    ];
    expect(ratioOf(rounds(9, 9, 10), theirs)).to.deep.equal({ median: 2, min: 2, max: 2, rounds: 1 });
    expect(ratioOf(rounds(1), [])).to.equal(null);
  });

  describe('judge', () => {
    it('keeps a row within the tolerance, even if it is worse in every round', () => {
      expect(judge(Array<number>(7).fill(1.09), 0.1)).to.equal('kept');
    });

    it('loses a row that is worse by more than the tolerance in 7 of 7 rounds', () => {
      expect(judge(Array<number>(7).fill(1.11), 0.1)).to.equal('lost');
    });

    it('is not sure if one of 7 rounds is better, and if there are too few rounds', () => {
      expect(judge([0.9, ...Array<number>(6).fill(1.2)], 0.1)).to.equal('unclear');
      expect(judge([2, 2, 2], 0.1)).to.equal('unclear');
      expect(judge([], 0.1)).to.equal('unclear');
    });

    it('needs 11 of 14 rounds', () => {
      const of = (worse: number) => [...Array<number>(worse).fill(1.5), ...Array<number>(14 - worse).fill(0.9)];
      expect(judge(of(11), 0.1)).to.equal('lost');
      expect(judge(of(10), 0.1)).to.equal('unclear');
    });

    it('keeps a row that is better', () => {
      expect(judge([0.5, 0.5, 0.5, 0.5, 2], 0.1)).to.equal('kept');
    });
  });
});
