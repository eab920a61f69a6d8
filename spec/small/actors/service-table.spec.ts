import { expect } from 'chai';
import { transition } from 'xstate';
import { serviceContext, type ServiceContext } from '../../../lib/actors/service/context.ts';
import type { ResumedIntention, ServiceEvent } from '../../../lib/actors/service/events.ts';
import { createServiceMachine } from '../../../lib/actors/service/machine.ts';
import { resumeOf } from '../../../lib/actors/service/resume.ts';
import { HERE, type Launch, type LaunchStatus } from '../../../lib/model/process.ts';
import { SERVICE_STATES } from '../../../lib/model/states.ts';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { FakeCatalog, OPEN_GATE, pathOf } from '../../support/actors/actor-world.ts';
import { serviceSpec } from '../../support/actors/specs.ts';
import { FakeProber } from '../../support/probe/fake-prober.ts';
import { fakeProcessHost } from '../../support/process/fake-process-host.ts';

const NOW = 1_000_000;
const clock = { now: () => NOW, random: () => 0.5 };
const machine = createServiceMachine(
  { processes: fakeProcessHost(clock), gate: OPEN_GATE, catalog: new FakeCatalog(), prober: new FakeProber() },
  clock,
);
const spec = serviceSpec('pump1-corerl', {
  dependsOn: [{ serviceId: serviceSpec('pump1-coreio').id, condition: 'started' }],
});

const check = { type: 'tcp', host: '127.0.0.1', port: 7100 } as const;
const times = { initialDelayMs: 0, periodMs: 1_000, timeoutMs: 500, successThreshold: 1, failureThreshold: 3 };
const probe = { check, ...times };
const probed = { ...spec, probes: { startup: probe, readiness: probe, liveness: probe } };

const launch: Launch = {
  launchId: parseLaunchId('0'.repeat(31) + '1'),
  serviceId: spec.id,
  generation: 3,
  pid: 4711,
  startTime: '1',
  ...HERE,
  executablePath: '/plant/program-1.0.0',
  version: '1.0.0',
  launchedAt: NOW - 10_000,
  guarantees: {
    exactExit: true,
    treeComplete: true,
    losslessRotation: true,
    separateStreams: true,
    outputBuffer: null,
  },
};
const newer: Launch = { ...launch, launchId: parseLaunchId('0'.repeat(31) + '2'), generation: 4 };
const exit = { code: 1, signal: null, at: NOW, isKnown: true };
const command = { correlationId: 'c' } as const;
const wanted = { intended: 'running', holders: ['agent:pump1'], spec: null, pin: null, atLeast: 0 } as const;
const unwanted = { ...wanted, intended: 'stopped', holders: [] } as const;
const resume =
  (intention: ResumedIntention, status: LaunchStatus | null) =>
  (context: ServiceContext): ServiceEvent =>
    resumeOf(context, intention, status, NOW);
const alive = { status: 'alive', generation: 4, launch: newer } as const;
const exited = { status: 'exited', generation: 4, launchId: newer.launchId, exit } as const;
const revoked = { status: 'revoked', generation: 4, launchId: newer.launchId } as const;

/** The columns: every event, and what a host that came back sends for each kind of truth. */
const EVENTS: Readonly<Record<string, ServiceEvent | ((context: ServiceContext) => ServiceEvent)>> = {
  hold: { type: 'service.hold', holder: 'agent:pump2', spec, ...command },
  release: { type: 'service.release', holder: 'agent:pump1', ...command },
  start: { type: 'service.start', ...command },
  stop: { type: 'service.stop', ...command },
  restart: { type: 'service.restart', ...command },
  acknowledge: { type: 'service.acknowledge', since: NOW, acknowledgement: { at: NOW, actor: 'anna', note: null } },
  watch: { type: 'service.watch', watcher: 'agent:pump2' },
  configure: { type: 'service.configure', spec },
  changed: {
    type: 'service.changed',
    report: {
      serviceId: spec.dependsOn[0]!.serviceId,
      state: 'running',
      intended: 'running',
      isLaunched: true,
      isReady: true,
      isComplete: false,
      failureCount: 0,
      restartedBy: null,
      holders: [],
      reason: null,
    },
  },
  'shim lost': { type: 'process.changed', launch },
  exited: { type: 'process.exited', launchId: launch.launchId, exit },
  'resume none': resume(wanted, null),
  'resume alive': resume(wanted, alive),
  'resume outdated': resume({ ...wanted, atLeast: 5 }, alive),
  'resume exited': resume(wanted, exited),
  'resume revoked': resume(wanted, revoked),
  'resume not intended': resume(unwanted, null),
  'resume not intended alive': resume(unwanted, alive),
  restartWithGroup: {
    type: 'service.restart_with_group',
    by: 'agent:pump1',
    failed: parseServiceId('pump1-coreio'),
    reason: { code: 'group_restart', failed: parseServiceId('pump1-coreio'), strategy: 'one_for_all' },
  },
  reconfigure: { type: 'service.configure', spec: { ...spec, args: ['--other'] } },
  pin: { type: 'service.pin', pin: { version: '1.9.0', since: NOW, actor: 'anna' }, ...command },
  unpin: { type: 'service.pin', pin: null, ...command }, // it has none
  'startup passed': { type: 'probe.passed', probe: 'startup', launchId: launch.launchId },
  'startup failed': { type: 'probe.failed', probe: 'startup', launchId: launch.launchId, reason: 'no answer' },
  'readiness passed': { type: 'probe.passed', probe: 'readiness', launchId: launch.launchId },
  'readiness failed': { type: 'probe.failed', probe: 'readiness', launchId: launch.launchId, reason: 'no answer' },
  'liveness failed': { type: 'probe.failed', probe: 'liveness', launchId: launch.launchId, reason: 'no answer' },
  'liveness failed of an earlier launch': {
    type: 'probe.failed',
    probe: 'liveness',
    launchId: newer.launchId,
    reason: 'no answer',
  },
  'launches blocked': { type: 'launches.blocked', obstacle: 'The store is read-only.' },
  'launches unblocked': { type: 'launches.unblocked' },
  drain: { type: 'host.drain' },
  quarantine: { type: 'supervisor.quarantine', reason: { code: 'set_aside' } },
};

const IS_PROBED = ['starting.probing', 'running.unready', 'running.ready'];
const HAS_PROCESS = [
  'starting.probing',
  'running.unready',
  'starting.settling',
  'running.ready',
  'stopping.terminating',
  'stopping.killing',
  'stopping.draining',
  'stopping.retrying',
];

function contextIn(state: string): ServiceContext {
  const base = serviceContext(
    { spec: IS_PROBED.includes(state) ? probed : spec, holders: ['agent:pump1'], intended: 'running' },
    NOW,
  );
  const executable = { path: launch.executablePath, version: '1.0.0', fingerprint: 'a' };
  const isUp = HAS_PROCESS.includes(state);
  return { ...base, generation: 3, executable, launch: isUp ? launch : null, deadlineAt: NOW + 1_000 };
}

function valueOf(path: string): Record<string, string> {
  const [state = '', substate = ''] = path.split('.');
  return { [state]: substate };
}

/** The states that last, as the model lists them. */
const STATES: readonly string[] = Object.entries(SERVICE_STATES)
  .flatMap(([state, inner]) => inner.map((substate) => `${state}.${substate}`))
  .filter((state) => state !== 'backoff.judging');

function nextState(state: string, event: (typeof EVENTS)[string]): string {
  const context = contextIn(state);
  const snapshot = machine.resolveState({ value: valueOf(state), context });
  const [next] = transition(machine, snapshot, typeof event === 'function' ? event(context) : event);
  return pathOf(next.value);
}

/** Where each event leads from each state; an event that is not named in a row leaves the state as it is. */
const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'stopped.idle': {
    'resume outdated': 'stopping.terminating',
    hold: 'starting.waiting',
    start: 'starting.waiting',
    restart: 'starting.waiting',
    'resume none': 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume not intended alive': 'stopping.terminating',
    quarantine: 'failed.abandoned',
  },
  'stopped.completed': {
    'resume outdated': 'stopping.terminating',
    hold: 'starting.waiting',
    release: 'stopped.idle',
    start: 'starting.waiting',
    stop: 'stopped.idle',
    restart: 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume not intended alive': 'stopping.terminating',
    quarantine: 'failed.abandoned',
  },
  'stopped.drained': {
    'resume outdated': 'stopping.terminating',
    hold: 'starting.waiting',
    release: 'stopped.idle',
    start: 'starting.waiting',
    stop: 'stopped.idle',
    restart: 'starting.waiting',
    'resume none': 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume not intended alive': 'stopping.terminating',
    quarantine: 'failed.abandoned',
  },
  'starting.waiting': {
    'resume outdated': 'stopping.terminating',
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    changed: 'starting.resolving',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'starting.resolving': {
    'resume outdated': 'stopping.terminating',
    configure: 'starting.waiting',
    reconfigure: 'starting.waiting',
    pin: 'starting.waiting',
    unpin: 'starting.waiting',
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    'resume none': 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'starting.launching': {
    'resume outdated': 'stopping.terminating',
    restartWithGroup: 'stopping.terminating',
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    'resume none': 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'starting.settling': {
    'resume outdated': 'stopping.terminating',
    restartWithGroup: 'stopping.terminating',
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    exited: 'backoff.waiting',
    'resume none': 'backoff.waiting',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'starting.probing': {
    configure: 'starting.settling', // the spec that has no probes
    reconfigure: 'starting.settling',
    'resume outdated': 'stopping.terminating',
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    restartWithGroup: 'stopping.terminating',
    exited: 'backoff.waiting',
    'startup passed': 'running.unready',
    'startup failed': 'stopping.terminating',
    'resume none': 'backoff.waiting',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'running.unready': {
    'resume outdated': 'stopping.terminating',
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    restartWithGroup: 'stopping.terminating',
    configure: 'running.ready', // without a readiness probe nobody can say that it is not
    reconfigure: 'running.ready',
    exited: 'backoff.waiting',
    'readiness passed': 'running.ready',
    'liveness failed': 'stopping.terminating',
    'resume none': 'backoff.waiting',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'running.ready': {
    'resume outdated': 'stopping.terminating',
    restartWithGroup: 'stopping.terminating',
    'readiness failed': 'running.unready',
    'liveness failed': 'stopping.terminating',
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    exited: 'backoff.waiting',
    'resume none': 'backoff.waiting',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'stopping.terminating': {
    drain: 'stopping.draining',
  },
  'stopping.killing': {
    'resume outdated': 'stopping.terminating',
    'resume none': 'stopping.terminating',
    'resume alive': 'stopping.terminating',
    'resume exited': 'stopping.terminating',
    'resume revoked': 'stopping.terminating',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'stopping.retrying': {
    'resume outdated': 'stopping.terminating',
    'resume none': 'stopping.terminating',
    'resume alive': 'stopping.terminating',
    'resume exited': 'stopping.terminating',
    'resume revoked': 'stopping.terminating',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'stopping.draining': {
    'resume outdated': 'stopping.terminating',
    'resume none': 'stopping.terminating',
    'resume alive': 'stopping.terminating',
    'resume exited': 'stopping.terminating',
    'resume revoked': 'stopping.terminating',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
  },
  'backoff.waiting': {
    'resume outdated': 'stopping.terminating',
    reconfigure: 'starting.waiting',
    pin: 'starting.waiting',
    release: 'stopping.terminating',
    start: 'starting.waiting',
    stop: 'stopping.terminating',
    restart: 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'backoff.blocked': {
    'launches unblocked': 'backoff.waiting',
    'resume outdated': 'stopping.terminating',
    reconfigure: 'starting.waiting',
    pin: 'starting.waiting',
    release: 'stopping.terminating',
    start: 'starting.waiting',
    stop: 'stopping.terminating',
    restart: 'starting.waiting',
    'resume none': 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'failed.exhausted': {
    'resume outdated': 'stopping.terminating',
    reconfigure: 'starting.waiting',
    pin: 'starting.waiting',
    release: 'stopping.terminating',
    start: 'starting.waiting',
    stop: 'stopping.terminating',
    restart: 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'failed.missing': {
    'resume outdated': 'stopping.terminating',
    reconfigure: 'starting.waiting',
    pin: 'starting.waiting',
    release: 'stopping.terminating',
    start: 'starting.waiting',
    stop: 'stopping.terminating',
    restart: 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'failed.refused': {
    'resume outdated': 'stopping.terminating',
    reconfigure: 'starting.waiting',
    pin: 'starting.waiting',
    release: 'stopping.terminating',
    start: 'starting.waiting',
    stop: 'stopping.terminating',
    restart: 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'failed.abandoned': {
    'resume outdated': 'stopping.terminating',
    release: 'stopping.terminating',
    start: 'stopping.terminating', // its process may live
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    'resume none': 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume not intended': 'stopping.terminating',
    'resume not intended alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
};

describe('the service machine', () => {
  it('has a row for each of its states', () => {
    expect(Object.keys(TABLE)).to.have.members(STATES);
  });

  it('has the states that the model lists, and no others', () => {
    const states = Object.entries(machine.states).map(([state, node]) => [state, Object.keys(node.states)]);
    expect(Object.fromEntries(states)).to.deep.equal(SERVICE_STATES);
  });

  for (const state of Object.keys(TABLE)) {
    for (const [name, event] of Object.entries(EVENTS)) {
      const expected = TABLE[state]?.[name] ?? state;
      it(`in ${state}, on ${name}, ${expected === state ? 'stays' : `goes to ${expected}`}`, () => {
        expect(nextState(state, event)).to.equal(expected);
      });
    }
  }

  it('has a way out of every state: a command, a deadline or an effect', () => {
    for (const state of STATES) {
      const exits = Object.values(EVENTS).map((event) => nextState(state, event));
      expect(
        exits.some((next) => next !== state),
        state,
      ).to.equal(true);
    }
  });
});
