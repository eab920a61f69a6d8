import { expect } from 'chai';
import { labelsOf } from '../../../lib/dashboard/timeline/chart/time-axis.ts';

describe('the axis of time', () => {
  const noon = new Date(2026, 10, 30, 12, 0, 0).getTime() / 1_000;
  const clocks = (incrementS: number): readonly string[] =>
    labelsOf(
      [0, 1, 2].map((index) => noon + index * incrementS),
      incrementS,
    ).map((label) => label.split('\n')[0] ?? '');

  for (const [incrementS, labels] of [
    [3_600, ['12:00', '13:00', '14:00']],
    [60, ['12:00', '12:01', '12:02']],
    [5, ['12:00:00', '12:00:05', '12:00:10']],
    [0.5, ['12:00:00.0', '12:00:00.5', '12:00:01.0']],
    [0.25, ['12:00:00.00', '12:00:00.25', '12:00:00.50']],
    [0.005, ['12:00:00.000', '12:00:00.005', '12:00:00.010']],
  ] as const) {
    it(`tells instants apart that are ${incrementS} s from each other`, () => {
      expect(clocks(incrementS)).to.deep.equal(labels);
    });
  }

  it('has the date where a day begins', () => {
    const midnight = new Date(2026, 10, 30).getTime() / 1_000;
    expect(labelsOf([midnight - 60, midnight, midnight + 60], 60)).to.deep.equal([
      '23:59\n29 Nov',
      '00:00\n30 Nov',
      '00:01',
    ]);
  });
});
