import { expect } from 'chai';
import { localInstant, localPeriod } from '../../../lib/dashboard/words/time.ts';

/** Local time, as the page has it. */
function at(day: number, hour: number, minute = 0): number {
  return new Date(2026, 10, day, hour, minute).getTime();
}

describe('times on the page', () => {
  it('have their date if they are not of today', () => {
    expect(localInstant(at(29, 23, 50), at(29, 23, 55))).to.equal('23:50:00');
    expect(localInstant(at(29, 23, 50), at(30, 0, 5))).to.equal('29 Nov, 23:50:00');
    expect(localInstant(new Date(at(29, 23, 50)).toISOString(), at(30, 0, 5))).to.equal('29 Nov, 23:50:00');
  });

  it('of a period have both dates if they are of two days', () => {
    expect(localPeriod(at(29, 0, 35), at(30, 0, 35), at(30, 0, 35))).to.deep.equal([
      '29 Nov, 00:35:00',
      '30 Nov, 00:35:00',
    ]);
    expect(localPeriod(at(29, 10), at(29, 11), at(29, 12))).to.deep.equal(['10:00:00', '11:00:00']);
    expect(localPeriod(at(29, 10), at(29, 11), at(30, 12))).to.deep.equal(['29 Nov, 10:00:00', '11:00:00']);
  });
});
