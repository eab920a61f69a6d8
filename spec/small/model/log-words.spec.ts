import { expect } from 'chai';
import { planRelease, type LaunchBytes } from '../../../lib/model/policy/log-retention.ts';
import { parseSize } from '../../../lib/model/values/byte-size.ts';
import { formatPosition, LOG_STREAMS, parsePosition } from '../../../lib/model/values/log-line.ts';

describe('a size', () => {
  it('is a whole number with a unit', () => {
    for (const [text, bytes] of [
      ['65536B', 65536],
      ['256KiB', 262_144],
      ['10MiB', 10_485_760],
      ['1GiB', 2 ** 30],
    ]) {
      expect(parseSize(String(text))).to.deep.equal({ type: 'size', bytes });
    }
  });

  it('is refused in any other form, with the forms that there are', () => {
    for (const text of ['', '10', '1.5MiB', '10MB', '-1KiB', '10 MiB', '999999999999999GiB']) {
      expect(parseSize(text), text).to.include({ type: 'invalid' });
    }
  });
});

describe('a position in the output of a service', () => {
  it('is read back for the streams that it was made for', () => {
    const one = { generation: 7, offsets: [1234] };
    const both = { generation: 7, offsets: [0, 56] };
    expect(formatPosition(one)).to.equal('7:1234');
    expect(parsePosition('7:1234', ['stderr'])).to.deep.equal(one);
    expect(parsePosition('7:1234', LOG_STREAMS)).to.deep.equal(one);
    expect(formatPosition(both)).to.equal('7:0,56');
    expect(parsePosition('7:0,56', LOG_STREAMS)).to.deep.equal(both);
    expect(parsePosition('7:0,56', ['stderr', 'stdout'])).to.deep.equal(both);
  });

  it('is nothing for other streams or in another form', () => {
    expect(parsePosition('7:1,2', ['stdout'])).to.equal(null);
    expect(parsePosition('7:1,2,3', LOG_STREAMS)).to.equal(null);
    for (const text of ['', '7', '7:', ':1', '-1:2', '7:1.5', '7:1,', '1:99999999999999999999']) {
      expect(parsePosition(text, ['stdout']), text).to.equal(null);
    }
  });
});

describe('what a service has to give up of its output', () => {
  const launch = (generation: number, stdout: number, stderr = 0): LaunchBytes => ({
    generation,
    bytes: { stdout, stderr },
  });

  it('is nothing within the bounds', () => {
    expect(planRelease([launch(1, 400), launch(2, 300, 100)], 800, 2)).to.deep.equal({
      launches: [],
      releasedOffsets: [],
    });
    expect(planRelease([], 800, 2)).to.deep.equal({ launches: [], releasedOffsets: [] });
  });

  it('is every launch beyond those to be kept, but never the newest', () => {
    expect(planRelease([launch(1, 1), launch(4, 1), launch(5, 1)], 800, 2).launches).to.deep.equal([1]);
    expect(planRelease([launch(1, 1), launch(4, 1)], 800, 0).launches).to.deep.equal([1]);
  });

  it('is the oldest launch, and then the head of the next, down to seven eighths of the bound', () => {
    expect(planRelease([launch(1, 300), launch(2, 500), launch(3, 400)], 800, 5)).to.deep.equal({
      launches: [1],
      releasedOffsets: [{ generation: 2, stream: 'stdout', bytes: 200 }],
    });
    expect(planRelease([launch(9, 1_600)], 800, 5).releasedOffsets).to.deep.equal([
      { generation: 9, stream: 'stdout', bytes: 900 },
    ]);
  });

  it('is taken from the larger stream first', () => {
    expect(planRelease([launch(1, 3_000, 100)], 800, 5).releasedOffsets).to.deep.equal([
      { generation: 1, stream: 'stdout', bytes: 2_400 },
    ]);
    expect(planRelease([launch(1, 100, 3_000)], 800, 5).releasedOffsets).to.deep.equal([
      { generation: 1, stream: 'stderr', bytes: 2_400 },
    ]);
    expect(planRelease([launch(1, 2_000, 3_000)], 800, 5).releasedOffsets).to.deep.equal([
      { generation: 1, stream: 'stdout', bytes: 1_650 },
      { generation: 1, stream: 'stderr', bytes: 2_650 },
    ]);
  });
});
