import { expect } from 'chai';
import { NOT_KNOWN, stepsOf } from '../../../lib/model/history.ts';
import type { JournalEntry } from '../../../lib/model/journal.ts';
import { journalEntry } from '../../support/store/store-contract.ts';

function change(seq: number, from: string, to: string, substate: string, generation = 1): JournalEntry {
  return journalEntry(seq, { from, to, detail: { substate, reason: null, generation } });
}

function fact(seq: number, type: string, detail: JournalEntry['detail'], to: string | null = null): JournalEntry {
  return journalEntry(seq, { type, from: null, to, detail });
}

const LIFE = [
  change(1, 'stopped', 'starting', 'resolving', 0),
  fact(2, 'process.launched', { pid: 4711, generation: 1 }),
  change(3, 'starting', 'running', 'unready'),
  fact(4, 'service.readiness_changed', { generation: 1, reason: null }, 'ready'),
  fact(5, 'process.exited', { code: 1, signal: null, generation: 1, class: 'code' }),
  change(6, 'running', 'backoff', 'waiting'),
];

/** `state.substate #generation pid` after each step. */
function words(facts: readonly JournalEntry[], before = NOT_KNOWN): readonly string[] {
  return stepsOf(facts, before).map(
    ({ state, substate, generation, pid }) => `${state ?? '?'}.${substate ?? '-'} #${generation ?? '?'} ${pid ?? '-'}`,
  );
}

describe('the past of an actor', () => {
  it('is folded from its facts: state, launch and process from each on', () => {
    expect(words(LIFE)).to.deep.equal([
      'starting.resolving #0 -',
      'starting.resolving #1 4711',
      'running.unready #1 4711',
      'running.ready #1 4711',
      'running.ready #1 -',
      'backoff.waiting #1 -',
    ]);
  });

  it('has the place of a process that runs elsewhere, until it has ended', () => {
    const launched = fact(2, 'process.adopted', { pid: null, place: 'pod pump1', generation: 1 });
    const steps = stepsOf([launched, ...LIFE.slice(2)], NOT_KNOWN);
    expect(steps.map(({ place }) => place)).to.deep.equal([
      ...['pod pump1', 'pod pump1', 'pod pump1'],
      ...[null, null],
    ]);
  });

  it('continues from the previous state', () => {
    const [, , before] = stepsOf(LIFE.slice(0, 3), NOT_KNOWN);
    expect(words(LIFE.slice(3), before)).to.deep.equal(words(LIFE).slice(3));
  });

  it('knows the state before the first change that is kept, and no state without any', () => {
    expect(words(LIFE.slice(4))).to.deep.equal(['running.- #1 -', 'backoff.waiting #1 -']);
    expect(words(LIFE.slice(1, 2))).to.deep.equal(['?.- #1 4711']);
  });

  it('has no process if its end was not observed and the service is down', () => {
    expect(words([...LIFE.slice(0, 3), change(7, 'stopping', 'stopped', 'idle')]).at(-1)).to.equal('stopped.idle #1 -');
  });
});
