import { expect } from 'chai';
import { topBytes, topPercent } from '../../../lib/dashboard/detail/resources/axis.ts';
import { bytes, percent } from '../../../lib/frontend/words/amount.ts';

describe('the axis of a chart', () => {
  it('has three different labels, whatever is measured, and room above it', () => {
    for (const max of [0, 1, 900, 5_000, 46 * 2 ** 20, 95 * 2 ** 20, 3.1 * 2 ** 30]) {
      const top = topBytes(max);
      expect(top, String(max)).to.be.greaterThan(max);
      expect(new Set([0, top / 2, top].map(bytes)).size, String(max)).to.equal(3);
    }
    for (const max of [0, 0.04, 0.9, 1.5, 7, 99, 380]) {
      const top = topPercent(max);
      expect(top, String(max)).to.be.greaterThan(max);
      expect(new Set([0, top / 2, top].map(percent)).size, String(max)).to.equal(3);
    }
  });

  it('ends at round numbers', () => {
    expect([46, 95, 200].map((mebi) => bytes(topBytes(mebi * 2 ** 20)))).to.deep.equal([
      '56 MiB',
      '112 MiB',
      '224 MiB',
    ]);
    expect([0, 1.5, 30, 99].map((value) => percent(topPercent(value)))).to.deep.equal([
      '1.0 %',
      '2.0 %',
      '50 %',
      '200 %',
    ]);
  });
});
