import { expect } from 'chai';
import { createActor, type AnyMachineSnapshot } from 'xstate';
import { serviceContext } from '../../../lib/actors/service/context.ts';
import type { ServiceEvent } from '../../../lib/actors/service/events.ts';
import { createServiceMachine } from '../../../lib/actors/service/machine.ts';
import { resumeOf } from '../../../lib/actors/service/resume.ts';
import { reasonText } from '../../../lib/model/explain/reason.ts';
import { HERE, type Launch } from '../../../lib/model/process.ts';
import { parseLaunchId } from '../../../lib/model/values/ids.ts';
import { ActorWorld, FakeCatalog, OPEN_GATE, pathOf } from '../../support/actors/actor-world.ts';
import { serviceSpec } from '../../support/actors/specs.ts';
import { FakeProber } from '../../support/probe/fake-prober.ts';
import { fakeProcessHost } from '../../support/process/fake-process-host.ts';

const NOW = 1_000_000;
const backoff = { initialMs: 250, factor: 2, maxMs: 30_000, jitter: 0.5, resetAfterMs: 60_000 };
const spec = serviceSpec('pump1-corerl', { restart: { backoff } });
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
const exit = { code: 1, signal: null, at: NOW, isKnown: true };

/** A service in a state, over a clock whose dice are counted. */
function serviceIn(value: object, more: object = {}) {
  const thrown: number[] = [];
  const clock = {
    now: () => NOW,
    random: () => {
      thrown.push(0.9);
      return 0.9;
    },
  };
  const ports = {
    processes: fakeProcessHost(clock),
    gate: OPEN_GATE,
    catalog: new FakeCatalog(),
    prober: new FakeProber(),
  };
  const machine = createServiceMachine(ports, clock);
  const context = { ...serviceContext({ spec, intended: 'running' }, NOW), generation: 3, launch, startedAt: NOW };
  const snapshot = machine.resolveState({ value: value as never, context: { ...context, since: NOW - 500, ...more } });
  const seen: AnyMachineSnapshot[] = [];
  const actor = createActor(machine, {
    input: { spec },
    snapshot,
    inspect: (event) => {
      if (event.type === '@xstate.snapshot' && event.actorRef === actor)
        seen.push(event.snapshot as AnyMachineSnapshot);
    },
  });
  actor.start();
  return {
    actor,
    thrown,
    seen,
    send: (event: ServiceEvent) => {
      actor.send(event);
    },
  };
}

describe('the end of a service', () => {
  it('is judged once, with one throw of the dice', () => {
    const { actor, thrown, send } = serviceIn({ running: 'ready' });
    send({ type: 'process.exited', launchId: launch.launchId, exit });
    expect(thrown).to.have.length(1);
    const { value, context } = actor.getSnapshot();
    expect(pathOf(value)).to.equal('backoff.waiting');
    expect(context.deadlineAt).to.equal(NOW + 250 * 1.4); // initial 250 ms, +- 50 %, at 0.9
  });

  it('leaves no verdict behind, and no snapshot shows the state in which it is judged', () => {
    const { seen, send } = serviceIn({ running: 'ready' });
    send({ type: 'process.exited', launchId: launch.launchId, exit });
    expect(seen.map(({ value }) => pathOf(value))).not.to.include('backoff.judging');
    for (const { context } of seen) expect((context as { verdict: unknown }).verdict).to.equal(null);
  });

  it('is judged by the spec and the intention that hold when the host is back, not by those of before', () => {
    const once = serviceSpec('pump1-corerl', { restart: { mode: 'never' } });
    const { actor, send } = serviceIn({ running: 'ready' });
    const status = { status: 'exited', generation: 3, launchId: launch.launchId, exit } as const;
    const intention = { intended: 'running', holders: [], spec: once, pin: null, atLeast: 0 } as const;
    send(resumeOf(actor.getSnapshot().context, intention, status, NOW));
    expect(pathOf(actor.getSnapshot().value)).to.equal('failed.exhausted');
    expect(reasonText(actor.getSnapshot().context.reason)).to.contain('its restart policy is never');
  });

  it('that is of an earlier launch is not judged at all', () => {
    const { thrown, send, actor } = serviceIn({ running: 'ready' });
    send({ type: 'process.exited', launchId: parseLaunchId('0'.repeat(31) + '2'), exit });
    expect(thrown).to.deep.equal([]);
    expect(pathOf(actor.getSnapshot().value)).to.equal('running.ready');
  });
});

describe('a service whose host comes back', () => {
  const intention = { intended: 'running', holders: [], spec: null, pin: null, atLeast: 0 } as const;

  for (const [path, more] of [
    ['backoff.waiting', { launch: null, deadlineAt: NOW + 100 }],
    ['starting.waiting', { launch: null }],
    ['failed.exhausted', { launch: null, deadlineAt: NOW + 100 }],
  ] as const) {
    it(`is in ${path} since when it was before`, () => {
      const [state = '', inner = ''] = path.split('.');
      const waits = { ...spec, dependsOn: [{ serviceId: serviceSpec('other').id, condition: 'started' }] };
      const { actor, send } = serviceIn({ [state]: inner }, { ...more, spec: waits });
      send(resumeOf(actor.getSnapshot().context, intention, null, NOW));
      expect(pathOf(actor.getSnapshot().value)).to.equal(path);
      expect(actor.getSnapshot().context.since).to.equal(NOW - 500);
    });
  }

  it('continues starting with the process that was found, with the earlier start time', () => {
    const { actor, send } = serviceIn({ starting: 'launching' }, { launch: null });
    const status = { status: 'alive', generation: 4, launch: { ...launch, generation: 4 } } as const;
    send(resumeOf(actor.getSnapshot().context, intention, status, NOW));
    expect(pathOf(actor.getSnapshot().value)).to.equal('starting.settling');
    expect(actor.getSnapshot().context.since).to.equal(NOW - 500);
  });

  it('is not held to a startup probe that its present spec has no more', () => {
    const probe = { check: { type: 'tcp', host: '127.0.0.1', port: 1 }, initialDelayMs: 0, periodMs: 1_000 } as const;
    const startup = { ...probe, timeoutMs: 500, successThreshold: 1, failureThreshold: 3 };
    const { actor, send } = serviceIn(
      { starting: 'probing' },
      { spec: { ...spec, probes: { ...spec.probes, startup } } },
    );
    const status = { status: 'alive', generation: 3, launch } as const;
    send(resumeOf(actor.getSnapshot().context, { ...intention, spec }, status, NOW));
    expect(pathOf(actor.getSnapshot().value)).to.equal('starting.settling');
  });
});

describe('a watcher of a service', () => {
  it('gets the current state of the service when it asks, ready or not', async () => {
    const world = new ActorWorld();
    const told: unknown[] = [];
    const dependency = serviceSpec('pump1-coreio');
    const dependent = serviceSpec('pump1-corerl', {
      dependsOn: [{ serviceId: dependency.id, condition: 'healthy' }],
    });
    world.startService(dependency);
    await world.pass();
    await world.pass(dependency.settleMs);
    world.startService(dependent); // it asks; only the answer can tell that the other one is ready
    await world.pass();
    told.push(world.stateOf(dependent.id));
    expect(told).to.deep.equal(['starting.settling']);
  });
});
