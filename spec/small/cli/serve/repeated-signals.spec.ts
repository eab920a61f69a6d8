import { expect } from 'chai';
import { withoutRepetitions } from '../../../../lib/cli/serve/repeated-signals.ts';

describe('a signal to the host', () => {
  /** What is passed on, as `SIGNAL at time`. */
  function passedOn(...sent: readonly (readonly [signal: NodeJS.Signals, at: number])[]): readonly string[] {
    const passed: string[] = [];
    let now = 0;
    const onSignal = withoutRepetitions(
      (signal) => passed.push(`${signal} ${now}`),
      () => now,
    );
    for (const [signal, at] of sent) {
      now = at;
      onSignal(signal);
    }
    return passed;
  }

  it('counts once if npm repeats it a moment later', () => {
    expect(passedOn(['SIGINT', 500], ['SIGINT', 520])).to.deep.equal(['SIGINT 500']);
  });

  it('counts again after a second, and then once too', () => {
    const sent = passedOn(['SIGINT', 0], ['SIGINT', 999], ['SIGINT', 1_000], ['SIGINT', 1_020], ['SIGINT', 2_000]);
    expect(sent).to.deep.equal(['SIGINT 0', 'SIGINT 1000', 'SIGINT 2000']);
  });

  it('counts at once if it is another one', () => {
    expect(passedOn(['SIGTERM', 0], ['SIGINT', 1], ['SIGTERM', 2])).to.deep.equal([
      'SIGTERM 0',
      'SIGINT 1',
      'SIGTERM 2',
    ]);
  });
});
