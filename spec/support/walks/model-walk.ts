import { fileOf } from './host-world.ts';
import { diceOf } from '../dice.ts';
import { randomPlant, type Plant } from './walk-plant.ts';
import { wrongAtRest, wrongInTheEnd, refusedRows } from './walk-rules.ts';
import { edited, randomStep, type PlannedStep } from './walk-steps.ts';
import { commandOf, isCommand } from './walk-commands.ts';
import { WalkWorld, type Coverage } from './walk-world.ts';

export type { Coverage };

/** One walk: a configuration, and the steps of a host with it. */
export interface Walk {
  readonly plant: Plant;
  readonly steps: readonly PlannedStep[];
  /** Whether the walk ends with another restart of the host and a stop of everything. */
  readonly isWhole: boolean;
}

/** The violations, and after which step (the number of steps: at the end). */
export interface Failure {
  readonly after: number;
  readonly wrong: readonly string[];
}

/** The n-th walk of a seed. */
export function walkOf(seed: number, n: number): Walk {
  const dice = diceOf(Math.imul(seed, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b));
  const plant = randomPlant(dice);
  const length = 20 + Math.floor(dice() * 11);
  return { plant, steps: Array.from({ length }, () => randomStep(dice)), isWhole: n % 2 === 0 };
}

/** Executes a walk and checks the rules after every step; null: no violation. */
export async function walk(
  { plant, steps, isWhole }: Walk,
  coverage: Coverage,
): Promise<{ failure: Failure | null; world: WalkWorld }> {
  const world = new WalkWorld(plant, coverage);
  const failureAt = (after: number, more: readonly string[]): Failure | null => {
    const wrong = [...world.violations, ...more];
    return wrong.length === 0 ? null : { after, wrong };
  };
  await world.boot();
  for (const [index, step] of steps.entries()) {
    await take(world, step);
    if (step.isHasty === true && world.violations.length === 0) continue;
    await world.settle();
    const failure = failureAt(index, wrongAtRest(world));
    if (failure !== null) return { failure, world };
  }
  const wrong = await theEnd(world, isWhole);
  return { failure: failureAt(steps.length, wrong), world };
}

/**
 * Removes all obstacles; after a while everything must be as intended, a new host must change nothing, and stopping
 * everything must stop everything.
 */
async function theEnd(world: WalkWorld, isWhole: boolean): Promise<readonly string[]> {
  world.isFair = true;
  world.obstacle = null;
  world.brokenStops.clear();
  world.releaseAll();
  const { files } = world.catalog;
  const pinnable = [1, 2].map(fileOf).filter(({ path }) => !files.some((file) => file.path === path));
  world.catalog.files = [...pinnable, ...(files.length === 0 ? [fileOf(9)] : files)];
  await world.comeToRest();
  const first = [...refusedRows(world), ...wrongAtRest(world), ...wrongInTheEnd(world)];
  if (first.length > 0 || !isWhole) return first;
  await world.kill(0, false, () => undefined);
  await world.comeToRest();
  const second = [...refusedRows(world), ...wrongAtRest(world), ...wrongInTheEnd(world)].map(
    (one) => `after another restart: ${one}`,
  );
  if (second.length > 0) return second;
  for (const id of ['a', 'b']) world.command(`stop ${id}`, (host) => host.stopAgent(id, { correlationId: 'end' }));
  await world.settle();
  for (const ref of world.services) {
    const { id } = ref.getSnapshot().context.spec;
    world.command(`stop ${id}`, (host) => host.stopService(id, { correlationId: 'end' }));
  }
  await world.settle();
  await world.pass(5_000);
  const live = world.processes.live().map(({ serviceId }) => `${serviceId} lives although everything was stopped`);
  return [...live, ...wrongAtRest(world), ...wrongInTheEnd(world)].map((one) => `after a stop of all: ${one}`);
}

/** Executes one step, as far as it applies. */
async function take(world: WalkWorld, step: PlannedStep): Promise<void> {
  const { processes } = world;
  if (isCommand(step)) {
    if (step.do === 'reload') world.plant = edited(world.plant, step.edit);
    const give = commandOf(step);
    world.command(step.do, (host) => give(host, { correlationId: 'walk' }));
    return;
  }
  switch (step.do) {
    case 'exit': {
      const live = processes.live();
      const one = live[step.nth % live.length];
      if (one !== undefined) processes.exit(one.serviceId, EXITS[step.how]);
      return;
    }
    case 'crashLoop':
      for (let crash = 0; crash < 12; crash += 1) {
        for (const { serviceId } of processes.live()) {
          if (processes.status(serviceId)?.status === 'alive') processes.exit(serviceId, EXITS.code);
        }
        await world.pass(2_500);
      }
      return;
    case 'probe': {
      const watches = world.prober.watches.filter(({ kind }) => kind === step.kind);
      const one = watches[step.nth % watches.length];
      if (one === undefined) return;
      if (step.isPassed) world.prober.pass(one.serviceId, step.kind);
      else world.prober.fail(one.serviceId, step.kind);
      return;
    }
    case 'holdLaunches':
      world.isHoldingLaunches = true;
      processes.holdLaunches();
      return;
    case 'releaseLaunches':
      world.isHoldingLaunches = false;
      processes.releaseLaunches();
      return;
    case 'holdStops':
      world.isHoldingStops = true;
      processes.holdStops();
      return;
    case 'releaseStops':
      world.isHoldingStops = false;
      processes.releaseStops();
      return;
    case 'refuse':
      processes.refuseNext(step.service, REFUSED[step.how]);
      return;
    case 'breakStop':
      world.brokenStops.add(step.service);
      return;
    case 'obstruct':
      await world.settle(); // a launch that has begun goes on
      world.obstacle = step.by;
      await world.pass(NOTICED_MS);
      return;
    case 'clear':
      world.obstacle = null;
      await world.pass(NOTICED_MS);
      return;
    case 'vanish':
      world.endSeries();
      world.catalog.files = [];
      return;
    case 'appear':
      world.endSeries();
      world.catalog.files = [
        ...world.catalog.files.filter(({ fingerprint }) => fingerprint !== String(step.version)),
        fileOf(step.version),
      ];
      world.catalog.look();
      return;
    case 'pass':
      await world.pass(step.ms);
      return;
    case 'jump':
      world.endSeries();
      world.offset += step.ms;
      return;
    case 'kill':
      await world.kill(step.downMs, step.isLaunched, (left) => {
        const [first] = left.live();
        if (step.exits && first !== undefined) left.exit(first.serviceId, { code: 1 });
      });
      return;
    case 'leave':
      await world.leave(step.mode);
      return;
    case 'throw':
      for (let time = 0; time < step.times; time += 1) {
        world.break(step.actor);
        if (step.times > 1) await world.settle();
      }
      return;
  }
}

/** When services know what is in the way of launches, or that nothing is any longer. */
const NOTICED_MS = 250;
const EXITS = {
  success: { code: 0 },
  code: { code: 3 },
  signal: { signal: 'SIGKILL' },
  unseen: { isKnown: false },
} as const;
const REFUSED = {
  permanent: {},
  transient: { code: 'EBUSY', isPermanent: false },
  hostFault: { code: 'EAGAIN', isPermanent: false },
} as const;

/**
 * Fewer steps that still fail in the same way (delta debugging): first halves, then quarters, then single steps are
 * omitted.
 */
export async function shrunk(
  failing: Walk,
  failure: Failure,
): Promise<{ readonly walk: Walk; readonly failure: Failure }> {
  const kind = kindOf(failure);
  let best = { walk: { ...failing, steps: failing.steps.slice(0, failure.after + 1) }, failure };
  const fails = async (steps: readonly PlannedStep[]): Promise<boolean> => {
    const attempt = { ...failing, steps };
    const found = (await walk(attempt, { service: new Set(), agent: new Set() })).failure;
    if (found === null || kindOf(found) !== kind) return false;
    best = { walk: { ...attempt, steps: steps.slice(0, found.after + 1) }, failure: found };
    return true;
  };
  for (let size = Math.ceil(best.walk.steps.length / 2); size >= 1;) {
    let isShorter = false;
    for (let from = 0; from < best.walk.steps.length; from += size) {
      const { steps } = best.walk;
      if (await fails([...steps.slice(0, from), ...steps.slice(from + size)])) {
        isShorter = true;
        from -= size;
      }
    }
    if (!isShorter || size > 1) size = size === 1 ? 0 : Math.floor(size / 2);
  }
  return best;
}

/** The violation without names and numbers: a shorter walk must fail in the same way. */
function kindOf({ wrong: [first = ''] }: Failure): string {
  return first.replaceAll(/\b[ab]-\w+|\bio\b|telemetry|\b[ab]\b|\d+/g, '#');
}

/** A readable report of a failure: how to repeat it, the violations, and the fewest steps that lead there. */
export function sayOf(
  seed: number,
  n: number,
  { walk: { plant, steps }, failure }: Awaited<ReturnType<typeof shrunk>>,
): string {
  return [
    `WALK_SEED=${seed} WALK=${n} fails:`,
    ...failure.wrong.map((one) => `  ${one}`),
    `  after these steps of a plant ${JSON.stringify(plant)}`,
    ...steps.map((step, index) => `  ${index + 1}. ${JSON.stringify(step)}`),
  ].join('\n');
}
