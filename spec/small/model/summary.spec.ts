import { expect } from 'chai';
import { EMPTY_BUDGET } from '../../../lib/model/policy/restart.ts';
import { pendingForBudget, pendingForState } from '../../../lib/model/explain/pending.ts';
import { dottedState, type Situation } from '../../../lib/model/explain/situation.ts';
import { summaryOf } from '../../../lib/model/explain/summary.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { LAUNCH, NOW, situation } from '../../support/actors/situations.ts';
import { PROBE, serviceSpec } from '../../support/actors/specs.ts';

type Row = readonly [about: string, overrides: Partial<Situation>, sentences: string];

const text = (sentence: string) => ({ code: 'text', text: sentence }) as const;
const WAITS_FOR_X = {
  code: 'waiting',
  dependencies: [{ serviceId: serviceSpec('x').id, condition: 'started' }],
} as const;

const READY = serviceSpec('pump1-corerl', { probes: { readiness: PROBE } });
const down = { launch: null, startedAt: null } as const;
const stopped = { ...down, state: 'stopped', substate: 'idle', intended: 'stopped' } as const;
const starting = { ...down, state: 'starting', substate: 'waiting' } as const;
const stopping = { state: 'stopping', substate: 'terminating', deadlineAt: NOW + 4_000 } as const;
const failed = { ...down, state: 'failed', substate: 'exhausted', attempt: 'recovery' } as const;
const coreio = { serviceId: parseServiceId('pump1-coreio'), condition: 'started' } as const;

const ROWS: readonly Row[] = [
  [
    'stopped by hand',
    stopped,
    'has been stopped for 3 s: it was stopped by a command. It is stopped as intended; a command has to start it.',
  ],
  [
    'held by nobody',
    { ...stopped, holders: [] },
    'has been stopped for 3 s: it has no holder. It is stopped as intended; it starts with the next agent that needs it.',
  ],
  [
    'never started',
    { ...stopped, holders: [], generation: 0, isStandalone: true },
    'has been stopped for 3 s: it has not been started yet. It is stopped as intended; a command has to start it.',
  ],
  [
    'complete',
    {
      ...stopped,
      substate: 'completed',
      intended: 'running',
      reason: text('the process exited with code 0, which counts as success'),
      spec: serviceSpec('pump1-corerl', { restart: { mode: 'on_failure' } }),
    },
    'has been stopped for 3 s: the process exited with code 0, which counts as success. It should be running; its restart policy (on_failure) keeps it stopped.',
  ],
  [
    'drained',
    { ...stopped, substate: 'drained', intended: 'running' },
    'has been stopped for 3 s: the host stopped it when it shut down. It should be running; the next host starts it.',
  ],
  [
    'running one of two equal files',
    { executable: { path: '/plant/a/x-1.0.0', version: '1.0.0', fingerprint: 'a', twins: ['/plant/b/x-1.0.0'] } },
    'has been running for 3 s. It is running as intended. Of files of the same version and at the same depth the first by name runs: "/plant/a/x-1.0.0", not "/plant/b/x-1.0.0".',
  ],
  [
    'waiting for a dependency that failed',
    {
      ...starting,
      reason: { code: 'waiting', dependencies: [coreio] },
      awaits: [
        { ...coreio, now: { state: 'failed', substate: 'missing', reason: text('No executable "coreio" was found.') } },
      ],
    },
    'has been starting for 3 s: it is waiting until pump1-coreio is running. pump1-coreio is failed: No executable "coreio" was found. ' +
      'It should be running; it starts as soon as pump1-coreio is running.',
  ],
  [
    'waiting for one that waits itself and one that nobody knows',
    {
      ...starting,
      reason: text('is waiting until pump1-coreio is ready and db has completed'),
      awaits: [
        {
          ...coreio,
          condition: 'healthy',
          now: { state: 'starting', substate: 'waiting', reason: WAITS_FOR_X },
        },
        { serviceId: parseServiceId('db'), condition: 'completed', now: null },
      ],
    },
    'has been starting for 3 s: it is waiting until pump1-coreio is ready and db has completed. ' +
      'pump1-coreio is starting: it is waiting until x is running. Service "db" does not exist. ' +
      'It should be running; it starts as soon as pump1-coreio is ready and db has completed.',
  ],
  [
    'looking for its executable',
    { ...starting, substate: 'resolving' },
    'has been starting for 3 s: it is looking for the executable "program". It should be running; it is launched as soon as its executable has been chosen.',
  ],
  [
    'being launched',
    { ...starting, substate: 'launching' },
    'has been starting for 3 s: its process is being launched. It should be running; its process runs as soon as the current launch completes.',
  ],
  [
    'settling',
    { ...starting, substate: 'settling', launch: LAUNCH, deadlineAt: NOW + 150 },
    'has been starting for 3 s: its process (pid 4711) has to stay up for 0.2 s to count as started. ' +
      'It should be running; it counts as started in 0.15 s if it is still running.',
  ],
  [
    'probing',
    { ...starting, substate: 'probing', launch: LAUNCH, deadlineAt: NOW + 90_000 },
    'has been starting for 3 s: the startup probe of its process (pid 4711) has not passed yet. ' +
      'It should be running; its process is stopped in 1 min 30 s unless its startup probe passes.',
  ],
  ['running without a readiness probe', {}, 'has been running for 3 s. It is running as intended.'],
  ['running and ready', { spec: READY }, 'has been running and ready for 3 s. It is running as intended.'],
  [
    'unready',
    { spec: READY, substate: 'unready', reason: { code: 'not_ready', found: 'no answer within 500 ms' } },
    'has been running but not ready for 3 s: its readiness probe failed: no answer within 500 ms. ' +
      'It is running as intended; it becomes ready as soon as its readiness probe passes.',
  ],
  [
    'unready with an older file',
    {
      spec: READY,
      substate: 'unready',
      reason: text('runs 1.0.0 because'),
      fallbackReason: text('runs 1.0.0 because 2.0.0 was rejected: x'),
    },
    'has been running but not ready for 3 s: its readiness probe has not passed yet. ' +
      'It is running as intended; it becomes ready as soon as its readiness probe passes. ' +
      'It runs 1.0.0 because 2.0.0 was rejected: x.',
  ],
  [
    'running as an adopted process of an older revision',
    { isAdopted: true, isDrifted: true },
    'has been running for 3 s. It is running as intended. ' +
      'Its process (pid 4711) was launched by an earlier host and adopted by this one. ' +
      'Its process runs with an older revision of its configuration; the next launch uses the current one.',
  ],
  [
    'running, as far as is known',
    { doubt: { since: NOW - 90_000, reason: 'node n2 is not ready' } },
    'has been running for 3 s. It is running as intended. ' +
      'It has not been known for 1 min 30 s whether its process (pid 4711) is still running: node n2 is not ready. Nothing else is launched.',
  ],
  [
    'running elsewhere, and adopted',
    { isAdopted: true, launch: { ...LAUNCH, pid: null, place: 'pod pump1 on node n2' } },
    'has been running for 3 s. It is running as intended. ' +
      'Its process (pod pump1 on node n2) was launched by an earlier host and adopted by this one.',
  ],
  [
    'stopping',
    { ...stopping, intended: 'stopped', reason: { code: 'not_ready', found: 'of before the stop' } },
    'has been stopping for 3 s: a stop was requested. It should be stopped; SIGKILL follows in 4 s if it has not exited.',
  ],
  [
    'restarting',
    stopping,
    'has been stopping for 3 s: a restart was requested. It should be running; SIGKILL follows in 4 s if it has not exited.',
  ],
  [
    'stopping for its group',
    { ...stopping, afterStop: { type: 'again', reason: text('restarted because g-two failed (one_for_all)') } },
    'has been stopping for 3 s: restarted because g-two failed (one_for_all). It should be running; SIGKILL follows in 4 s if it has not exited.',
  ],
  [
    'killing',
    { ...stopping, substate: 'killing', intended: 'stopped' },
    'has been stopping for 3 s: its grace period is over and its remaining processes are being killed. ' +
      'It should be stopped; then it is down, as intended.',
  ],
  [
    'trying to stop again',
    {
      ...stopping,
      substate: 'retrying',
      intended: 'stopped',
      reason: text('its process tree could not be stopped yet; retrying'),
    },
    'has been stopping for 3 s: its process tree could not be stopped yet; retrying. ' +
      'It should be stopped; the stop is retried within 1 s.',
  ],
  [
    'draining',
    { ...stopping, substate: 'draining' },
    'has been stopping for 3 s: the host is stopping its services. It should be running; SIGKILL follows in 4 s if it has not exited.',
  ],
  [
    'in backoff',
    {
      ...down,
      state: 'backoff',
      substate: 'waiting',
      reason: text('the process exited with code 1'),
      deadlineAt: NOW + 800,
    },
    'has been in backoff for 3 s: the process exited with code 1. It should be running; the next launch is in 0.8 s.',
  ],
  [
    'exhausted',
    {
      ...failed,
      reason: text('the process exited with code 1; more than 3 restarts within 60 s'),
      deadlineAt: NOW + 27_000,
    },
    'has been failed for 3 s: the process exited with code 1; more than 3 restarts within 60 s. ' +
      'It should be running; one recovery attempt is made in 27 s.',
  ],
  [
    'exhausted for good',
    { ...failed, reason: text('its restart policy is never') },
    'has been failed for 3 s: its restart policy is never. ' +
      'It should be running; its policy makes no further attempt; a command has to start it.',
  ],
  [
    'without its executable',
    { ...failed, substate: 'missing', reason: text('No executable "program" was found.') },
    'has been failed for 3 s: No executable "program" was found. It should be running; it starts as soon as an executable "program" is available.',
  ],
  [
    'refused',
    { ...failed, substate: 'refused', reason: text('EACCES'), deadlineAt: NOW + 27_000 },
    'has been failed for 3 s: EACCES. It should be running; one recovery attempt is made in 27 s.',
  ],
  [
    'abandoned',
    { ...failed, substate: 'abandoned', reason: text('its actor crashed repeatedly') },
    'has been failed for 3 s: its actor crashed repeatedly. It should be running; a command has to start it.',
  ],
];

describe('the summary of a service', () => {
  for (const [about, overrides, sentences] of ROWS) {
    const given = situation(overrides);
    it(`${about} (${dottedState(given)})`, () => {
      expect(summaryOf(given, NOW)).to.equal(`pump1-corerl ${sentences}`);
    });
  }

  it('knows every state that the chart has', () => {
    const places = ROWS.map(([, overrides]) => dottedState(situation(overrides)));
    expect([...new Set(places)].sort()).to.deep.equal([
      ...['backoff.waiting', 'failed.abandoned', 'failed.exhausted', 'failed.missing', 'failed.refused'],
      ...['running.ready', 'running.unready', 'starting.launching', 'starting.probing', 'starting.resolving'],
      ...['starting.settling', 'starting.waiting', 'stopped.completed', 'stopped.drained', 'stopped.idle'],
      ...['stopping.draining', 'stopping.killing', 'stopping.retrying', 'stopping.terminating'],
    ]);
  });
});

describe('what happens next to a service', () => {
  const whatOf = (given: Situation) => [...pendingForState(given, NOW), ...pendingForBudget(given, NOW)];

  it('names the next launch, what follows if that fails, and when the restarts no longer count', () => {
    const budget = { ...EMPTY_BUDGET, failures: 2, restartTimes: [NOW - 20_000, NOW - 10_000] };
    const backoff = { ...down, state: 'backoff', substate: 'waiting', attempt: 'restart', budget } as const;
    expect(whatOf(situation({ ...backoff, deadlineAt: NOW + 500 }))).to.deep.equal([
      { what: 'start', at: NOW + 500, clause: 'the next launch is in 0.5 s' },
      {
        what: 'if that fails',
        at: null,
        clause: 'if that fails too, it will be launched again after about 1 s (restart 3 of at most 3 within 1 min)',
      },
      {
        what: 'restart budget',
        at: NOW + 40_000,
        clause: '2 restarts count against the limit of 3; the oldest expires in 40 s',
      },
    ]);
  });

  it('says when the next failure is the last one', () => {
    const budget = { ...EMPTY_BUDGET, failures: 3, restartTimes: [NOW - 3, NOW - 2, NOW - 1] };
    const backoff = { ...down, state: 'backoff', substate: 'waiting', attempt: 'restart', budget } as const;
    expect(whatOf(situation({ ...backoff, deadlineAt: NOW + 500 }))[1]?.clause).to.equal(
      'if that fails too, it will be failed, with one recovery attempt after 30 s: more than 3 restarts within 60 s',
    );
  });

  it('says when a service that was restarted has been up long enough', () => {
    const budget = { ...EMPTY_BUDGET, failures: 1, restartTimes: [NOW - 4_000] };
    expect(whatOf(situation({ budget })).map(({ what, at }) => [what, at])).to.deep.equal([
      ['backoff reset', NOW + 57_000],
      ['restart budget', NOW + 56_000],
    ]);
  });

  it('says what follows a stop', () => {
    const after = (overrides: Partial<Situation>) =>
      pendingForState(situation({ ...stopping, ...overrides }), NOW)[1]?.clause;
    const probeFailed = {
      type: 'judge',
      class: 'probe',
      reason: text('its liveness probe failed: no answer'),
    } as const;
    expect(after({ intended: 'stopped' })).to.equal('then it is down, as intended');
    expect(after({})).to.equal('then it is launched again');
    expect(after({ afterStop: probeFailed })).to.equal('then its restart policy decides');
    expect(after({ substate: 'draining' })).to.equal('then it stays down until the next host starts it');
  });

  it('is nothing for a service that simply runs', () => {
    expect(whatOf(situation())).to.deep.equal([]);
  });
});
