import { expect } from 'chai';
import { EMPTY_BUDGET } from '../../../lib/model/policy/restart.ts';
import { suppose, type SupposedExit } from '../../../lib/model/explain/supposed-exit.ts';
import { NOW, situation } from '../../support/actors/situations.ts';
import { serviceSpec } from '../../support/actors/specs.ts';

const code = (value: number): SupposedExit => ({ type: 'code', code: value });
const KILLED: SupposedExit = { type: 'signal', signal: 'SIGKILL' };
const spent = { ...EMPTY_BUDGET, failures: 3, restartTimes: [NOW - 3_000, NOW - 2_000, NOW - 1_000] };
const backoff = { state: 'backoff', substate: 'waiting', launch: null, startedAt: null, attempt: 'restart' } as const;

function under(mode: 'never' | 'on_failure' | 'always') {
  return situation({ spec: serviceSpec('pump1-corerl', { restart: { mode } }) });
}

describe('an exit that is supposed', () => {
  for (const [mode, exit, next, exitClass] of [
    ['always', code(0), 'restart', 'clean'],
    ['always', code(1), 'restart', 'code'],
    ['always', KILLED, 'restart', 'signal'],
    ['on_failure', code(0), 'complete', 'clean'],
    ['on_failure', code(1), 'restart', 'code'],
    ['on_failure', KILLED, 'restart', 'signal'],
    ['never', code(0), 'complete', 'clean'],
    ['never', code(1), 'fail', 'code'],
    ['never', KILLED, 'fail', 'signal'],
  ] as const) {
    it(`${exit.type === 'code' ? `code ${exit.code}` : exit.signal} under ${mode}: ${next}`, () => {
      expect(suppose(exit, under(mode), NOW)).to.include({ next, class: exitClass });
    });
  }

  it('says in how long it would be launched again, and which of its restarts that would be', () => {
    const budget = { ...EMPTY_BUDGET, failures: 1, restartTimes: [NOW - 1_000] };
    const outcome = suppose(code(1), situation({ budget }), NOW);
    expect(outcome).to.include({ atLeastMs: 500, isFailure: true });
    expect(outcome.sentence).to.equal(
      'If its process exited with code 1 now, that would be a failure (code), and it would be launched again after about 0.5 s ' +
        '(restart 2 of at most 3 within 1 min).',
    );
  });

  it('gives the shortest wait that the jitter allows', () => {
    const { backoff: timing } = serviceSpec('x').restart;
    const spec = serviceSpec('pump1-corerl', { restart: { backoff: { ...timing, initialMs: 1_000, jitter: 0.2 } } });
    expect(suppose(code(1), situation({ spec }), NOW).atLeastMs).to.equal(800);
  });

  it('says why even a success is followed by a launch', () => {
    expect(suppose(code(0), under('always'), NOW).sentence).to.contain(
      'a success (clean), but under its restart policy (always) it would be launched again',
    );
  });

  it('starts the series again for a service that has been up long enough', () => {
    const since = { startedAt: NOW - 60_000, budget: { ...EMPTY_BUDGET, failures: 5, restartTimes: [] } };
    expect(suppose(code(1), situation(since), NOW).atLeastMs).to.equal(250);
  });

  it('fails when the budget is spent, for the time until one more attempt', () => {
    const outcome = suppose(code(1), situation({ budget: spent }), NOW);
    expect(outcome).to.include({ next: 'fail', atLeastMs: 30_000 });
    expect(outcome.sentence).to.contain(
      'it would be failed, with one recovery attempt after 30 s: more than 3 restarts within 60 s.',
    );
  });

  it('fails for good where the policy makes no further attempt', () => {
    const spec = serviceSpec('pump1-corerl', { restart: { recoverAfterMs: null } });
    const outcome = suppose(code(1), situation({ spec, budget: spent }), NOW);
    expect(outcome).to.include({ next: 'fail', atLeastMs: null });
    expect(outcome.sentence).to.contain('it would be failed until a command starts it');
  });

  it('fails again at once in a recovery attempt that has not come up', () => {
    const recovering = { state: 'starting', substate: 'settling', startedAt: null, attempt: 'recovery' } as const;
    const outcome = suppose(code(1), situation(recovering), NOW);
    expect(outcome.next).to.equal('fail');
    expect(outcome.sentence).to.contain('the recovery attempt failed');
    expect(suppose(code(1), situation({ attempt: 'recovery' }), NOW).next).to.equal('restart');
  });

  it('falls back to the version that last ran well when a new one has spent the budget', () => {
    const outcome = suppose(code(1), situation({ budget: spent, fallback: '1.0.0' }), NOW);
    expect(outcome).to.include({ next: 'fall_back', atLeastMs: 0 });
    expect(outcome.sentence).to.contain('it would fall back to 1.0.0 immediately: more than 3 restarts within 60 s.');
  });

  it('says that there is no process, and still what the policy would do', () => {
    const budget = { ...EMPTY_BUDGET, failures: 1, restartTimes: [NOW - 1_000] };
    const outcome = suppose(code(1), situation({ ...backoff, budget }), NOW);
    expect(outcome).to.include({ next: 'restart', atLeastMs: 500, isFailure: false });
    expect(outcome.sentence).to.match(
      /^No process is running now\. If the next one exited with code 1 before it counted as started/,
    );
  });

  it('begins with a clean slate for a service that is stopped', () => {
    const idle = { ...backoff, state: 'stopped', substate: 'idle', intended: 'stopped', budget: spent } as const;
    expect(suppose(code(1), situation(idle), NOW)).to.include({ next: 'restart', atLeastMs: 250 });
  });

  describe('during a stop', () => {
    const stopping = { state: 'stopping', substate: 'terminating' } as const;

    it('is what the stop is for', () => {
      const outcome = suppose(KILLED, situation({ ...stopping, intended: 'stopped' }), NOW);
      expect(outcome).to.include({ class: 'stopped', next: 'stop', isFailure: false });
      expect(outcome.sentence).to.equal(
        'If its process was killed by SIGKILL now, its stop would be complete, and it would be down.',
      );
      expect(suppose(KILLED, situation({ ...stopping, substate: 'draining' }), NOW).next).to.equal('stop');
    });

    it('is followed by another launch in a restart', () => {
      expect(suppose(code(1), situation(stopping), NOW)).to.include({
        class: 'stopped',
        next: 'restart',
        atLeastMs: 0,
      });
      const afterStop = { type: 'again', reason: { code: 'text', text: 'restarted with g-two' } } as const;
      expect(suppose(code(1), situation({ ...stopping, afterStop }), NOW).next).to.equal('restart');
    });

    it('is judged by the probe that requested it', () => {
      const afterStop = {
        type: 'judge',
        class: 'probe',
        reason: { code: 'probe_failed', probe: 'liveness', found: 'x' },
      } as const;
      const given = situation({ ...stopping, afterStop, budget: spent });
      expect(suppose(code(0), given, NOW)).to.include({ class: 'probe', next: 'fail', isFailure: true });
    });
  });

  it('leads to nothing when the actor was set aside', () => {
    expect(suppose(code(1), situation({ state: 'failed', substate: 'abandoned' }), NOW).next).to.equal('nothing');
  });
});
