import { expect } from 'chai';
import { createActor, createMachine, type AnyStateMachine } from 'xstate';
import { agentRecord } from '../../../../lib/actors/agent/context-schema.ts';
import { serviceRecord } from '../../../../lib/actors/service/context-schema.ts';
import type { ServiceContext } from '../../../../lib/actors/service/context.ts';
import { SERVICE_MACHINE_VERSION } from '../../../../lib/actors/service/machine.ts';
import { resumeOf } from '../../../../lib/actors/service/resume.ts';
import { supervisorRecord } from '../../../../lib/actors/supervisor/context-schema.ts';
import { createSupervisorMachine } from '../../../../lib/actors/supervisor/machine.ts';
import { serviceRef, type SupervisorRef } from '../../../../lib/control/actors.ts';
import { MIGRATIONS, type StoredSnapshot } from '../../../../lib/control/recovery/migrations.ts';
import { restore, type RowFormat, type MachineCatalog } from '../../../../lib/control/recovery/restore.ts';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import type { ActorRow } from '../../../../lib/ports/actor-store.ts';
import { OPEN_GATE, pathOf } from '../../../support/actors/actor-world.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';

type Fields = Record<string, unknown>;

/** The kept rows of a host whose pump1-coreio runs and whose pump1-corerl waits in backoff. */
async function keptBy(world: ControlWorld): Promise<readonly ActorRow[]> {
  await world.boot();
  await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
  for (const wait of [0, 200, 200]) await world.pass(wait);
  world.processes.exit('pump1-corerl', { code: 7 });
  await world.pass(100);
  expect(world.control.queries.service('pump1-corerl').state).to.equal('backoff');
  return world.store.loadActors();
}

function machinesOf(
  world: ControlWorld,
): MachineCatalog & { readonly root: ReturnType<typeof createSupervisorMachine> } {
  const { processes, catalog, prober, clock } = world;
  const root = createSupervisorMachine({ processes, gate: OPEN_GATE, catalog, prober }, clock);
  const { service, agent } = root.implementations.actors as { service: AnyStateMachine; agent: AnyStateMachine }; // set up there
  return { root, service, agent };
}

function changed(row: ActorRow, change: (snapshot: { value: unknown; context: Fields }) => void): ActorRow {
  const snapshot = JSON.parse(row.snapshot) as { value: unknown; context: Fields };
  change(snapshot);
  return { ...row, snapshot: JSON.stringify(snapshot) };
}

describe('the kept rows of a host', () => {
  let world: ControlWorld;
  let rows: readonly ActorRow[];

  beforeEach(async () => {
    world = new ControlWorld();
    rows = await keptBy(world);
  });

  const row = (path: string): ActorRow => rows.find((one) => one.path === path)!;
  const reasonsOf = (bad: ActorRow): readonly string[] =>
    restore([...rows.filter(({ path }) => path !== bad.path), bad], machinesOf(world)).rejected.map(
      ({ reason }) => reason,
    );

  it('fit, all of them', () => {
    expect(restore(rows, machinesOf(world)).rejected).to.deep.equal([]);
    expect(rows.map(({ path }) => path)).to.have.members([
      'root',
      'agent:pump1',
      'service:pump1-coreio',
      'service:pump1-corerl',
    ]);
  });

  it('are refused with the place of each field that is wrong', () => {
    const bad = changed(row('service:pump1-corerl'), ({ context }) => {
      (context['budget'] as Fields)['failures'] = 'many';
      delete context['intended'];
      context['mood'] = 'good';
    });
    const [reason] = reasonsOf(bad);
    expect(reason).to.contain('context.budget.failures: ').and.contain('context.intended: ').and.contain('"mood"');
  });

  it('are refused when they are no JSON, of no machine, of an unknown version, or over', () => {
    const good = row('service:pump1-corerl');
    expect(reasonsOf({ ...good, snapshot: good.snapshot.slice(0, 100) })[0]).to.match(/JSON/);
    expect(reasonsOf({ ...good, src: 'robot' })).to.deep.equal(['there is no machine "robot"']);
    expect(reasonsOf({ ...good, version: '99' })).to.deep.equal([
      `it was written by version 99, and there is no migration from 99 to ${SERVICE_MACHINE_VERSION}`,
    ]);
    expect(reasonsOf({ ...good, snapshot: good.snapshot.replace('"active"', '"done"') })).to.deep.equal([
      'its status is "done"',
    ]);
  });

  it('are refused if they name another actor than the one in whose place they are', () => {
    const orphan = { ...row('service:pump1-corerl'), path: 'service:pump9', id: 'service:pump9' };
    expect(reasonsOf(orphan)).to.deep.equal([
      'it is stored as "service:pump9" (id "service:pump9") but belongs to "service:pump1-corerl"',
    ]);
  });

  it('get the defaults of fields that their writer did not know', () => {
    const old = changed(row('service:pump1-corerl'), ({ context }) => {
      delete (context['spec'] as Fields)['logs'];
    });
    const { snapshot, rejected } = restore([row('root'), old], machinesOf(world));
    expect(rejected).to.deep.equal([]);
    const { children } = snapshot as unknown as { children: Record<string, { snapshot: { context: ServiceContext } }> };
    expect(children['service:pump1-corerl']?.snapshot.context.spec.logs).to.have.keys('maxBytes', 'keep');
  });

  it('of processes that were launched before there were places are of this machine', () => {
    const old = changed(row('service:pump1-coreio'), ({ context }) => {
      const launch = context['launch'] as Fields;
      expect(launch).to.include({ place: null, address: '127.0.0.1' });
      delete launch['place'];
      delete launch['address'];
    });
    const { snapshot, rejected } = restore([row('root'), old], machinesOf(world));
    expect(rejected).to.deep.equal([]);
    const { children } = snapshot as unknown as { children: Record<string, { snapshot: { context: ServiceContext } }> };
    expect(children['service:pump1-coreio']?.snapshot.context.launch).to.deep.include({
      place: null,
      address: '127.0.0.1',
    });
  });

  it('come back when the row of the root is invalid or missing: each child continues', async () => {
    const bad = { ...row('root'), snapshot: '{}' };
    await world.store.commitActors({ upserts: [bad], removals: [], journal: [], updatedAt: 0 });
    const [coreio] = world.control.queries.services();
    world.kill();
    await world.boot();
    expect(world.store.quarantined.map((set) => set.row.path)).to.deep.equal(['root']);
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'backoff', generation: 1 });
    await world.pass(200);
    expect(world.control.queries.service('pump1-coreio')).to.include({
      pid: coreio?.pid,
      generation: 1,
      adopted: true,
    });
    await world.pass(200);
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('that do not fit keep no host from coming up when they cannot be set aside, and are set aside later', async () => {
    const bad = { ...row('service:pump1-coreio'), version: '99' };
    await world.store.commitActors({ upserts: [bad], removals: [], journal: [], updatedAt: 0 });
    const { pid } = world.control.queries.service('pump1-coreio');
    world.kill();
    world.store.breakDown('read-only');
    await world.boot();
    await world.pass(200);
    expect(world.control.queries.service('pump1-coreio')).to.include({ state: 'running', pid, adopted: true });
    expect(world.control.queries.health().reasons?.join()).to.contain('read-only');
    expect(world.store.quarantined).to.deep.equal([]);
    world.store.heal();
    for (let passed = 0; passed < 5_000; passed += 500) await world.pass(500);
    expect(world.store.quarantined.map((set) => set.row)).to.deep.equal([bad]);
    expect(world.control.queries.health().status).to.equal('healthy');
    const kept = (await world.store.loadActors()).find(({ path }) => path === 'service:pump1-coreio');
    expect(kept?.version).to.equal(SERVICE_MACHINE_VERSION);
  });

  it('count as asked to stop, and are forgotten, when no intention names their service: only an acknowledged command drops an intention', async () => {
    await world.control.startIo({ configPath: '/plant/shared.yaml', coreioId: 'shared-io' }, world.origin);
    await world.pass();
    await world.store.commitIntentions({ put: [], drop: ['service:shared-io'], journal: [] });
    world.kill();
    await Promise.all([world.boot(), world.pass(), world.pass()]);
    await world.pass();
    expect(world.control.queries.services().map(({ id }) => id)).to.not.include('shared-io');
    expect(world.processes.live().map(({ serviceId }) => serviceId)).to.not.include('shared-io');
    expect(world.control.queries.service('pump1-coreio').state).to.equal('running');
  });

  describe('of one version, read by the next one', () => {
    const NEXT = 'next';
    /** The next version: nested states have other names, and the deadline moved into an object of its own. */
    const RENAMED: Readonly<Record<string, string>> = { waiting: 'pausing' };

    function renamed(config: unknown): unknown {
      if (Array.isArray(config)) return config.map(renamed);
      if (typeof config !== 'object' || config === null || Object.getPrototypeOf(config) !== Object.prototype)
        return config;
      return Object.fromEntries(
        Object.entries(config).map(([key, value]) => {
          const isName = (key === 'target' || key === 'initial') && typeof value === 'string';
          const text = isName ? value.replace(/\bwaiting\b/, (name) => RENAMED[name] ?? name) : renamed(value);
          return [RENAMED[key] ?? key, text];
        }),
      );
    }

    function nextOf(service: AnyStateMachine, now: () => number): AnyStateMachine {
      const config = { ...(renamed(service.config) as typeof service.config), version: NEXT };
      const next: AnyStateMachine = createMachine(config as never).provide(service.implementations as never); // the same words
      const untilDeadline = ({ context }: { context: { due?: { at: number } } & ServiceContext }): number =>
        (context.due?.at ?? context.deadlineAt ?? now()) - now();
      return next.provide({ delays: { untilDeadline } } as never);
    }

    const up = (kept: StoredSnapshot): StoredSnapshot => {
      const { deadlineAt, ...context } = kept.context as ServiceContext;
      const text = JSON.stringify(kept.value).replace(/"(waiting)"/, (_, name: string) => `"${RENAMED[name] ?? name}"`);
      const value: unknown = JSON.parse(text);
      return { ...kept, value, context: { ...context, ...(deadlineAt === null ? {} : { due: { at: deadlineAt } }) } };
    };

    const service = {
      safeParse: (context: unknown) => {
        const { due, ...rest } = context as Fields;
        const result = serviceRecord.omit({ deadlineAt: true }).safeParse(rest);
        return result.success ? { ...result, data: { ...result.data, due } } : result;
      },
    };

    function handedOver(format: RowFormat): { root: SupervisorRef; rejected: readonly string[] } {
      world.kill(50);
      const machines = machinesOf(world);
      const next = { ...machines, service: nextOf(machines.service, () => world.clock.now()) };
      const { snapshot, rejected } = restore(rows, next, format);
      const root = createActor(machines.root.provide({ actors: { service: next.service } } as never), {
        id: 'root',
        systemId: 'root',
        clock: world.timers,
        snapshot: snapshot!,
      }).start();
      return { root, rejected: rejected.map(({ reason }) => reason) };
    }

    const contexts = { root: supervisorRecord, service, agent: agentRecord };
    const stateOf = (root: SupervisorRef, id: string): string => {
      return pathOf(serviceRef(root, id)?.getSnapshot().value);
    };

    it('are brought up: states renamed, contexts reshaped, deadlines kept, live processes adopted', async () => {
      const pid = world.control.queries.service('pump1-coreio').pid;
      const { root, rejected } = handedOver({
        contexts,
        migrations: { ...MIGRATIONS, service: { [SERVICE_MACHINE_VERSION]: { to: NEXT, up } } },
      });
      expect(rejected).to.deep.equal([]);
      expect(stateOf(root, 'pump1-coreio')).to.equal('running.ready');
      expect(stateOf(root, 'pump1-corerl')).to.equal('backoff.pausing');
      const surveyed = await world.processes.survey();
      for (const id of ['pump1-coreio', 'pump1-corerl'].map((text) => parseServiceId(text))) {
        const status = surveyed.get(id) ?? null;
        const ref = serviceRef(root, id)!;
        const intention = { intended: 'running', holders: ['agent:pump1'], spec: null, pin: null, atLeast: 0 } as const;
        ref.send(resumeOf(ref.getSnapshot().context, intention, status, world.clock.now()));
      }
      expect(stateOf(root, 'pump1-coreio')).to.equal('running.ready');
      expect(serviceRef(root, 'pump1-coreio')?.getSnapshot().context).to.include({ isAdopted: true, generation: 1 });
      expect(serviceRef(root, 'pump1-coreio')?.getSnapshot().context.launch?.pid).to.equal(pid);
      await world.pass(99); // 250 ms of backoff: 100 before the kill, 50 without a host
      expect(stateOf(root, 'pump1-corerl')).to.equal('backoff.pausing');
      await world.pass(1);
      expect(stateOf(root, 'pump1-corerl')).to.match(/^starting\./);
      root.stop();
    });

    it('are set aside one by one when their migration breaks or leads nowhere', () => {
      const broken = () => {
        throw new Error('this deadline is from the future');
      };
      const { root, rejected } = handedOver({
        contexts,
        migrations: { ...MIGRATIONS, service: { [SERVICE_MACHINE_VERSION]: { to: NEXT, up: broken } } },
      });
      expect(rejected).to.deep.equal(Array(2).fill('this deadline is from the future'));
      expect(root.getSnapshot().children).to.have.keys('agent:pump1');
      root.stop();
      const round = {
        [SERVICE_MACHINE_VERSION]: { to: '0', up },
        '0': { to: SERVICE_MACHINE_VERSION, up: (kept: StoredSnapshot) => kept },
      };
      const [from, to] = [SERVICE_MACHINE_VERSION, NEXT];
      const nowhere = `it was written by version ${from}, and there is no migration from ${from} to ${to}`;
      const { root: other, rejected: lost } = handedOver({ contexts, migrations: { ...MIGRATIONS, service: round } });
      expect(lost).to.deep.equal(Array(2).fill(nowhere));
      other.stop();
    });
  });
});
