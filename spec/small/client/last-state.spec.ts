import { expect } from 'chai';
import { lastState, lastStateSoFar } from '../../../lib/client/last-state.ts';

describe('the last state of a line', () => {
  for (const [what, line, state] of [
    ['a line that was not written over', 'now', 'now'],
    ['a progress display', ' 1 %\r 50 %\r100 %', '100 %'],
    ['one that ends with carriage returns', ' 1 %\r100 %\r\r', '100 %'],
    ['a line of a Windows program', 'now\r', 'now'],
    ['carriage returns alone', '\r\r', ''],
    ['nothing', '', ''],
    ['a display with a style set before it', '\x1b[1m\x1b[32m 1 %\r 50 %\x1b[0m', '\x1b[1m\x1b[32m 50 %\x1b[0m'],
    ['a display with a style set in an earlier state', ' 1 %\x1b[31m\r 50 %', '\x1b[31m 50 %'],
  ] as const) {
    it(`is that of ${what}`, () => {
      expect(lastState(line)).to.equal(state);
    });
  }

  it('may be written over by what follows', () => {
    expect(lastStateSoFar(`${lastStateSoFar(' 1 %\r 50 %\r')}100 %`)).to.equal('100 %');
    expect(lastStateSoFar(`${lastStateSoFar(' 1 %\r 50')} %`)).to.equal(' 50 %');
  });

  it('is found at once in a line of carriage returns', () => {
    const begun = performance.now();
    expect(lastState(`${'\r'.repeat(200_000)}x`)).to.equal('x');
    expect(performance.now() - begun).to.be.below(1_000);
  });
});
