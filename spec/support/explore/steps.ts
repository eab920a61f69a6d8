import type { ActorRow } from '../../../lib/ports/actor-store.ts';
import { memoryLedger } from '../store/memory-ledger.ts';
import { MemoryPortRegistry } from '../store/memory-port-registry.ts';
import { memoryStore } from '../store/memory-store.ts';
import { EPOCH, fileOf } from '../walks/host-world.ts';
import { isCommand } from '../walks/walk-commands.ts';
import { edited } from '../walks/walk-steps.ts';
import type { ExploreWorld, Outside } from './explore-world.ts';
import type { Machine } from './machine.ts';
import type { Between, ExitHow, Scenario, ScenarioStep } from './scenario.ts';

/** Lets one event of a scenario happen, and what follows from it without time passing. */
export async function take(world: ExploreWorld, step: ScenarioStep & { readonly isHasty?: true }): Promise<void> {
  await happen(world, step);
  if (step.isHasty !== true) await world.settle();
}

async function happen(world: ExploreWorld, step: ScenarioStep): Promise<void> {
  if (isCommand(step)) {
    world.ask(step);
    return;
  }
  switch (step.do) {
    case 'pass':
      await world.pass(step.ms);
      return;
    case 'rest':
      world.isFair = true;
      await world.comeToRest();
      world.isFair = false;
      return;
    case 'exit':
      exit(world.machine, step.service, step.how, world.clock.now());
      return;
    case 'loseShim':
      loseShim(world.machine, step.service);
      return;
    case 'probe': {
      const isWatched = world.prober.watches.some((one) => one.serviceId === step.service && one.kind === step.kind);
      if (!isWatched) return;
      if (step.isPassed) {
        world.prober.pass(step.service, step.kind);
        return;
      }
      const run = world.machine.liveOf(step.service);
      if (run !== null && step.kind !== 'readiness') world.machine.failProbe(run.launchId);
      world.prober.fail(step.service, step.kind);
      return;
    }
    case 'edit':
      world.edit(edited(world.plant, step.edit));
      return;
    case 'refuse':
      world.machine.refuse(step.service, step.failures);
      return;
    case 'fillDisk':
      world.isDiskFull = true;
      return;
    case 'freeDisk':
      world.isDiskFull = false;
      return;
    case 'provide':
      world.provide(step.versions.map(fileOf));
      return;
    case 'takePorts':
      for (const service of world.portRegistry.owners())
        for (const port of Object.values(world.portRegistry.known(service))) world.portRegistry.taken.add(port);
      return;
    case 'throw':
      for (let time = 0; time < step.times; time += 1) {
        world.break(step.actor);
        await world.settle();
      }
      return;
    case 'jump':
      world.jump(step.ms);
      return;
    case 'holdShims':
      world.isMachineHeld = true;
      return;
    case 'releaseShims':
      world.isMachineHeld = false;
      return;
    case 'stepShims':
      world.isMachineHeld = false;
      for (let count = 0; count < step.count; count += 1) world.stepMachine();
      world.isMachineHeld = true;
      return;
    case 'breakReceiver':
    case 'mendReceiver':
      if (world.receiver !== null) world.receiver.isDown = step.do === 'breakReceiver';
      return;
    case 'backUp':
      world.backUp();
      return;
    case 'leave':
      await world.leave(step.mode);
  }
}

function exit(machine: Machine, service: string, how: ExitHow, now: number): void {
  const run = machine.liveOf(service);
  if (run === null) return;
  if (how === 'unseen') machine.vanish(run.launchId, now);
  else machine.exit(run.launchId, EXITS[how], now);
}

const EXITS = {
  success: { code: 0, signal: null },
  code: { code: 3, signal: null },
  signal: { code: null, signal: 'SIGSEGV' },
} as const;

function loseShim(machine: Machine, service: string): void {
  const run = machine.liveOf(service);
  if (run !== null) machine.loseShim(run.launchId);
}

/** What the next host finds: time has passed, and what the scenario has for the time between the first two has happened. */
export async function meanwhile({ between, downMs }: Scenario, left: Outside, isFirst: boolean): Promise<Outside> {
  const { store, ledger, portRegistry, files, machine, client } = left;
  let outside: Outside = {
    ...left,
    ...{ store: store.forked(), ledger: ledger.forked(), portRegistry: portRegistry.forked(), files: files.forked() },
    ...{ machine: machine.forked(), client: client.forked(), now: left.now + downMs },
    ...{ receiver: left.receiver?.forked() ?? null, places: left.places.forked() },
  };
  outside.machine.killDue(outside.now, EPOCH + outside.now + outside.offset);
  if (isFirst) for (const one of between) outside = await changed(outside, one);
  return outside;
}

async function changed(outside: Outside, one: Between): Promise<Outside> {
  const { machine, store, backup } = outside;
  const now = EPOCH + outside.now + outside.offset;
  switch (one.do) {
    case 'exit':
      exit(machine, one.service, one.how, now);
      return outside;
    case 'loseShim':
      loseShim(machine, one.service);
      return outside;
    case 'jump':
      return { ...outside, offset: outside.offset + one.ms };
    case 'reboot':
      machine.reboot(now);
      return outside;
    case 'loseStore': {
      const found = { isStoreLost: true, recoveredFrom: null, copyOf: null };
      const nothing = { store: memoryStore(), ledger: memoryLedger(), portRegistry: new MemoryPortRegistry() };
      return { ...outside, ...nothing, found };
    }
    case 'oldStore':
      if (backup === null) return outside;
      return { ...outside, store: backup.store.forked(), ledger: backup.ledger.forked() };
    case 'oldRows': {
      const rows = await store.loadActors();
      await store.commitActors({ upserts: rows.map(olderRow), removals: [], journal: [], updatedAt: now });
      return outside;
    }
  }
}

const FORMER_NAMES: Readonly<Record<string, string>> = {
  ...{ afterStop: 'aftermath', lastGoodVersion: 'stable', rejectedVersion: 'condemned' },
  ...{ failureCount: 'falls', restartedBy: 'fellBy' },
};

/** A row as the version before the current one would have written it. */
function olderRow(row: ActorRow): ActorRow {
  if (row.src !== 'service' && row.src !== 'agent') return row;
  const version = row.src === 'service' ? '2' : '1';
  return { ...row, version, snapshot: JSON.stringify(older(JSON.parse(row.snapshot))) };
}

function older(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(older);
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      FORMER_NAMES[key] ?? key,
      key === 'reason' && part !== null ? 'it was so' : older(part),
    ]),
  );
}
