import { expect } from 'chai';
import { createFigures, summarize, type Title } from '../../../bench/report/figures.js';
import { exponentOf, growthTable } from '../../../bench/report/growth.js';

const COUNTS = [100, 1_000, 10_000];

function rowsOf(titleOf: (count: number) => Omit<Title, 'id' | 'better'>, valueOf: (count: number) => number) {
  const figures = createFigures();
  const titles = COUNTS.map((count) => ({ id: `start-${count}`, better: 'less' as const, ...titleOf(count) }));
  for (const count of COUNTS) figures.note(`start-${count}`, 'us', 0, valueOf(count));
  return summarize(figures, titles, 'us');
}

describe('the growth of what the benchmark measures', () => {
  it('has the exponent of the total, from 1,000 services on', () => {
    expect(
      exponentOf([
        [100, 50],
        [1_000, 2],
        [10_000, 20],
      ]),
    ).to.be.closeTo(1, 1e-9);
    expect(
      exponentOf([
        [1_000, 3],
        [10_000, 300],
      ]),
    ).to.be.closeTo(2, 1e-9);
    expect(
      exponentOf([
        [10, 1],
        [100, 1],
      ]),
    ).to.be.closeTo(0, 1e-9);
    expect(exponentOf([[1_000, 3]])).to.equal(null);
  });

  it('lists each row once, with the figure of each number', () => {
    const rows = rowsOf(
      (count) => ({ title: `start of ${count.toLocaleString('en-US')}`, unit: 's' }),
      (count) => count / 100,
    );
    expect(growthTable(rows, COUNTS, 'us')?.split('\n')).to.deep.equal([
      '| N services | 100 | 1,000 | 10,000 | exponent of the total |',
      '| --- | ---: | ---: | ---: | ---: |',
      '| start of N, s | 1 | 10 | 100 | 1.00 |',
    ]);
  });

  it('multiplies what is given per service', () => {
    const rows = rowsOf(
      () => ({ title: '… time per service', unit: 'ms', perService: true }),
      () => 4,
    );
    expect(growthTable(rows, COUNTS, 'us')).to.include('| time per service, ms | 4 | 4 | 4 | 1.00 |');
  });

  it('is not there for a single number', () => {
    const rows = rowsOf(
      () => ({ title: 'start', unit: 's' }),
      () => 1,
    );
    expect(growthTable(rows.slice(0, 1), COUNTS, 'us')).to.equal(null);
  });
});
