import { expect } from 'chai';
import { whyOf } from '../../../lib/model/explain/event-reason.ts';

type Fact = Parameters<typeof whyOf>[0];
type Move = readonly [from: string, to: string, cause: Fact['cause'], reason: string | null, why: string | null];

const OF_SERVICES: readonly Move[] = [
  ['stopped', 'starting', 'service.hold', null, 'a holder requested it'],
  ['starting', 'running', 'deadline', null, 'it stayed up long enough to count as started'],
  ['starting', 'running', 'probe.passed', 'its readiness probe has not passed yet', 'its startup probe passed'],
  ['starting', 'running', 'deadline', 'runs 1.0.0 because …', 'it stayed up long enough to count as started'],
  ['backoff', 'starting', 'deadline', 'is waiting until a is running', 'its backoff delay was over'],
  ['failed', 'starting', 'deadline', null, 'its recovery delay was over'],
  ['failed', 'starting', 'executable.appeared', null, 'a matching executable appeared'],
  ['failed', 'starting', 'unknown', 'is waiting until a is running', null],
  ['running', 'stopping', 'service.stop', 'is not ready: x', 'a stop was requested'],
  ['running', 'stopping', 'service.release', 'is not ready: x', 'its last holder released it'],
  ['running', 'stopping', 'host.drain', 'is not ready: x', 'the host is stopping its services'],
  ['running', 'stopping', 'host.resume', 'is not ready: x', 'the host resumed it'],
  ['running', 'stopping', 'service.restart_with_group', 'restarted with x', 'restarted with x'],
  ['running', 'stopping', 'probe.failed', 'its liveness probe failed: x', 'its liveness probe failed: x'],
  ['starting', 'stopping', 'deadline', 'it did not pass within 5 s', 'it did not pass within 5 s'],
  ['starting', 'stopping', 'deadline', null, 'it did not start in time'],
  ['stopping', 'stopped', 'stop.finished', null, 'all of its processes are gone'],
  ['running', 'stopped', 'process.exited', 'exited, which counts as success', 'exited, which counts as success'],
  ['running', 'backoff', 'process.exited', 'exited with code 1', 'exited with code 1'],
  ['running', 'backoff', 'host.resume', 'ended unseen', 'ended unseen'],
  ['starting', 'failed', 'executable.search_finished', 'No\n file.', 'No file'],
  ['stopped', 'failed', 'supervisor.quarantine', 'it broke 5 times', 'it broke 5 times'],
  ['a', 'b', 'unknown', null, null],
];

const OF_AGENTS: readonly Move[] = [
  ['stopped', 'starting', 'agent.start', null, 'a start was requested'],
  ['running', 'stopping', 'agent.stop', null, 'a stop was requested'],
  ['stopped', 'starting', 'host.resume', 'each of its services was stopped individually', 'the host resumed it'],
  ['running', 'stopping', 'host.drain', null, 'the host is stopping its services'],
  ['stopping', 'stopped', 'agent.configure', null, 'its configuration changed'],
  ['running', 'backoff', 'service.changed', 'x is backing off: exited', 'x is backing off: exited'],
  ['running', 'starting', 'service.changed', 'x is stopping', 'x is stopping'],
  ['starting', 'running', 'service.changed', null, 'its services are up'],
  ['stopping', 'stopped', 'service.changed', null, 'the services that only it held are down'],
  ['running', 'stopped', 'service.changed', 'each was stopped by hand', 'each was stopped by hand'],
  ['stopped', 'stopping', 'service.changed', null, 'one of its services changed'],
  ['stopped', 'failed', 'supervisor.quarantine', 'it broke 5 times', 'it broke 5 times'],
];

function fact(type: string, more: Partial<Fact>): Fact {
  return { type, from: null, to: null, cause: 'unknown', detail: {}, ...more };
}

describe('why a fact of the journal came about', () => {
  for (const [type, moves] of [
    ['service', OF_SERVICES],
    ['agent', OF_AGENTS],
  ] as const) {
    for (const [from, to, cause, reason, why] of moves) {
      it(`is, when ${type === 'agent' ? 'an agent' : 'a service'} goes from ${from} to ${to} by ${cause}: ${why ?? 'not known'}`, () => {
        expect(whyOf(fact(`${type}.state_changed`, { from, to, cause, detail: { reason } }))).to.equal(why);
      });
    }
  }

  it('is for readiness what the probe said or that it passed, not that an older file runs', () => {
    const readiness = (to: string, cause: Fact['cause'], reason: string | null) =>
      whyOf(fact('service.readiness_changed', { to, cause, detail: { reason } }));
    expect(readiness('unready', 'probe.failed', 'is not ready: no answer.')).to.equal('no answer');
    expect(readiness('ready', 'probe.passed', 'runs 1.0.0 because …')).to.equal('its readiness probe passed');
    expect(readiness('ready', 'service.configure', null)).to.equal('its configuration changed');
  });

  it('is for the end of a process what ended it, where it did not end by itself', () => {
    const exit = (exitClass: unknown) => whyOf(fact('process.exited', { detail: { class: exitClass, reason: 'x' } }));
    expect(exit('stopped')).to.equal('it was asked to stop');
    expect(exit('probe')).to.equal('its liveness probe failed');
    expect(exit('start_timeout')).to.equal('its startup probe did not pass in time');
    expect([exit('code'), exit('lost'), exit(7)]).to.deep.equal([null, null, null]);
  });

  it('is for other facts the reason that they carry', () => {
    expect(whyOf(fact('service.fell_back', { detail: { reason: 'exited.' } }))).to.equal('exited');
    expect(whyOf(fact('process.launched', { detail: { pid: 7 } }))).to.equal(null);
  });
});
