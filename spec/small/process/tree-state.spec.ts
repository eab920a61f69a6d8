import { expect } from 'chai';
import { hasShim, initialState, isMainOver, stateAfter, type TreeEvent } from '../../../lib/process/tree/tree-state.ts';

const EVENTS = ['main ended', 'shim left', 'found empty'] as const;
const RUNNING = initialState({ isMainOver: false, hasNoProcesses: false });
const REST = initialState({ isMainOver: true, hasNoProcesses: false });
const BARREN = initialState({ isMainOver: true, hasNoProcesses: true });

function after(...events: readonly TreeEvent[]): ReturnType<typeof stateAfter> {
  return events.reduce((state, event) => stateAfter(event, state), RUNNING);
}

describe('the state of a process tree', () => {
  it('is shimless while the main process is alive without its shim', () => {
    expect(RUNNING.type).to.equal('running');
    expect(after('shim left').type).to.equal('shimless');
  });

  it('is leftovers once the main process has ended, with what may be alive', () => {
    expect(after('main ended')).to.deep.equal({ type: 'leftovers', left: 'shim and descendants' });
    expect(after('main ended', 'found empty')).to.deep.equal({ type: 'leftovers', left: 'shim' });
    expect(after('main ended', 'shim left')).to.deep.equal({ type: 'leftovers', left: 'descendants' });
  });

  it('is gone once main process, shim and descendants are known to have ended, in any order', () => {
    for (const first of EVENTS) {
      for (const second of EVENTS.filter((event) => event !== first)) {
        const [third] = EVENTS.filter((event) => event !== first && event !== second);
        expect(after(first, second).type, `${first}, ${second}`).to.not.equal('gone');
        expect(after(first, second, third!).type, `${first}, ${second}, ${third!}`).to.equal('gone');
      }
    }
  });

  it('is still running or shimless if nothing of it is found but its end was not read yet', () => {
    expect(after('found empty').type).to.equal('running');
    expect(after('found empty', 'shim left').type).to.equal('shimless');
  });

  it('begins with leftovers if the main process had ended before', () => {
    expect(stateAfter('shim left', REST)).to.deep.equal({ type: 'leftovers', left: 'descendants' });
    expect(stateAfter('shim left', BARREN)).to.deep.equal({ type: 'gone' });
  });

  it('does not change with a repeated fact, or after its end', () => {
    for (const event of EVENTS) {
      expect(after(event, event), event).to.deep.equal(after(event));
      expect(after(...EVENTS, event), event).to.deep.equal({ type: 'gone' });
    }
  });

  it('has a main process until its end is known, and a shim until it has exited', () => {
    const reported = (...events: readonly TreeEvent[]): readonly boolean[] => {
      const state = after(...events);
      return [isMainOver(state), hasShim(state)];
    };
    expect(reported()).to.deep.equal([false, true]);
    expect(reported('shim left')).to.deep.equal([false, false]);
    expect(reported('main ended')).to.deep.equal([true, true]);
    expect(reported('main ended', 'found empty')).to.deep.equal([true, true]);
    expect(reported('main ended', 'shim left')).to.deep.equal([true, false]);
    expect(reported(...EVENTS)).to.deep.equal([true, false]);
  });
});
