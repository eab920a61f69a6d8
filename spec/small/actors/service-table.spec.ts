import { expect } from 'chai';
import { transition } from 'xstate';
import type { ServiceEvent } from '../../../lib/actors/service/events.ts';
import { createServiceMachine } from '../../../lib/actors/service/machine.ts';
import { serviceContext, type ServiceContext } from '../../../lib/actors/service/record.ts';
import { parseLaunchId } from '../../../lib/model/ids.ts';
import type { Launch } from '../../../lib/model/process.ts';
import { FakeCatalog, pathOf } from '../../support/actor-world.ts';
import { fakeProcessHost } from '../../support/fake-process-host.ts';
import { serviceSpec } from '../../support/specs.ts';

const NOW = 1_000_000;
const clock = { now: () => NOW, random: () => 0.5 };
const machine = createServiceMachine({ processes: fakeProcessHost(clock), catalog: new FakeCatalog() }, clock);
const spec = serviceSpec('pump1-corerl', {
  dependsOn: [{ serviceId: serviceSpec('pump1-coreio').id, condition: 'started' }],
});

const launch: Launch = {
  launchId: parseLaunchId('0'.repeat(31) + '1'),
  serviceId: spec.id,
  generation: 3,
  pid: 4711,
  startTime: '1',
  executablePath: '/plant/program-1.0.0',
  version: '1.0.0',
  launchedAt: NOW - 10_000,
  guarantees: { exactExit: true, treeComplete: true, losslessRotation: true },
};
const newer: Launch = { ...launch, launchId: parseLaunchId('0'.repeat(31) + '2'), generation: 4 };
const exit = { code: 1, signal: null, at: NOW, isKnown: true };
const command = { correlationId: 'c' } as const;
const resume = { type: 'host.resume', intended: 'running', holders: ['agent:pump1'] } as const;

/** The columns: every event, `host.resume` with each kind of truth. */
const EVENTS: Readonly<Record<string, ServiceEvent>> = {
  claim: { type: 'service.claim', holder: 'agent:pump2', spec, ...command },
  release: { type: 'service.release', holder: 'agent:pump1', ...command },
  start: { type: 'service.start', ...command },
  stop: { type: 'service.stop', ...command },
  restart: { type: 'service.restart', ...command },
  watch: { type: 'service.watch', watcher: 'agent:pump2' },
  configure: { type: 'service.configure', spec },
  changed: {
    type: 'service.changed',
    report: {
      serviceId: spec.dependsOn[0]!.serviceId,
      state: 'running',
      intended: 'running',
      isComplete: false,
      holders: [],
      reason: null,
    },
  },
  exited: { type: 'process.exited', launchId: launch.launchId, exit },
  'resume none': { ...resume, facts: null },
  'resume alive': { ...resume, facts: { status: 'alive', generation: 4, launch: newer } },
  'resume exited': { ...resume, facts: { status: 'exited', generation: 4, launchId: newer.launchId, exit } },
  'resume revoked': { ...resume, facts: { status: 'revoked', generation: 4, launchId: newer.launchId } },
  'resume unwished': { ...resume, intended: 'stopped', holders: [], facts: null },
  'resume unwished alive': {
    ...resume,
    intended: 'stopped',
    holders: [],
    facts: { status: 'alive', generation: 4, launch: newer },
  },
  drain: { type: 'host.drain' },
  park: { type: 'supervisor.park', reason: 'broken' },
};

const HAS_PROCESS = [
  'starting.settling',
  'running.ready',
  'stopping.terminating',
  'stopping.killing',
  'stopping.draining',
  'stopping.retrying',
];

function contextIn(state: string): ServiceContext {
  const base = serviceContext({ spec, holders: ['agent:pump1'], intended: 'running' }, NOW);
  const executable = { path: launch.executablePath, version: '1.0.0', fingerprint: 'a' };
  const isUp = HAS_PROCESS.includes(state);
  return { ...base, generation: 3, executable, launch: isUp ? launch : null, deadlineAt: NOW + 1_000 };
}

function valueOf(path: string): Record<string, string> {
  const [state = '', substate = ''] = path.split('.');
  return { [state]: substate };
}

const STATES: readonly string[] = Object.entries(machine.states).flatMap(([state, node]) =>
  Object.keys(node.states).map((substate) => `${state}.${substate}`),
);

function nextState(state: string, event: ServiceEvent): string {
  const snapshot = machine.resolveState({ value: valueOf(state), context: contextIn(state) });
  const [next] = transition(machine, snapshot, event);
  return pathOf(next.value);
}

/** Where each event leads from each state; an event that is not named in a row leaves the state as it is. */
const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'stopped.idle': {
    claim: 'starting.waiting',
    start: 'starting.waiting',
    restart: 'starting.waiting',
    'resume none': 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume unwished alive': 'stopping.terminating',
    park: 'failed.abandoned',
  },
  'stopped.completed': {
    claim: 'starting.waiting',
    release: 'stopped.idle',
    start: 'starting.waiting',
    stop: 'stopped.idle',
    restart: 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume unwished alive': 'stopping.terminating',
    park: 'failed.abandoned',
  },
  'stopped.drained': {
    claim: 'starting.waiting',
    release: 'stopped.idle',
    start: 'starting.waiting',
    stop: 'stopped.idle',
    restart: 'starting.waiting',
    'resume none': 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume unwished alive': 'stopping.terminating',
    park: 'failed.abandoned',
  },
  'starting.waiting': {
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    changed: 'starting.resolving',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'starting.resolving': {
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    'resume none': 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'starting.launching': {
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    'resume none': 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'starting.settling': {
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    exited: 'backoff.waiting',
    'resume none': 'backoff.waiting',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'running.ready': {
    release: 'stopping.terminating',
    stop: 'stopping.terminating',
    restart: 'stopping.terminating',
    exited: 'backoff.waiting',
    'resume none': 'backoff.waiting',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'stopping.terminating': {
    drain: 'stopping.draining',
  },
  'stopping.killing': {
    'resume none': 'stopping.terminating',
    'resume alive': 'stopping.terminating',
    'resume exited': 'stopping.terminating',
    'resume revoked': 'stopping.terminating',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'stopping.retrying': {
    'resume none': 'stopping.terminating',
    'resume alive': 'stopping.terminating',
    'resume exited': 'stopping.terminating',
    'resume revoked': 'stopping.terminating',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'stopping.draining': {
    'resume none': 'stopping.terminating',
    'resume alive': 'stopping.terminating',
    'resume exited': 'stopping.terminating',
    'resume revoked': 'stopping.terminating',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
  },
  'backoff.waiting': {
    release: 'stopping.terminating',
    start: 'starting.waiting',
    stop: 'stopping.terminating',
    restart: 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'failed.exhausted': {
    release: 'stopping.terminating',
    start: 'starting.waiting',
    stop: 'stopping.terminating',
    restart: 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'failed.missing': {
    release: 'stopping.terminating',
    start: 'starting.waiting',
    stop: 'stopping.terminating',
    restart: 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'failed.refused': {
    release: 'stopping.terminating',
    start: 'starting.waiting',
    stop: 'stopping.terminating',
    restart: 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
  'failed.abandoned': {
    release: 'stopping.terminating',
    start: 'starting.waiting',
    stop: 'stopping.terminating',
    restart: 'starting.waiting',
    'resume none': 'starting.waiting',
    'resume alive': 'starting.settling',
    'resume exited': 'backoff.waiting',
    'resume revoked': 'starting.waiting',
    'resume unwished': 'stopping.terminating',
    'resume unwished alive': 'stopping.terminating',
    drain: 'stopping.draining',
  },
};

describe('the service machine', () => {
  it('has a row for each of its states', () => {
    expect(Object.keys(TABLE)).to.have.members(STATES);
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
