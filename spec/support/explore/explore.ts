import type { FoundState } from '../../../lib/control/host-ports.ts';
import { memoryLedger } from '../store/memory-ledger.ts';
import { MemoryFiles } from '../control/memory-files.ts';
import { MemoryPortRegistry } from '../store/memory-port-registry.ts';
import { memoryStore } from '../store/memory-store.ts';
import { MemoryWebhookRegistry } from '../store/memory-webhook-registry.ts';
import { fileOf } from '../walks/host-world.ts';
import { Client } from './client.ts';
import { ExploreWorld, type Outside, type Pace, type Point, type Way } from './explore-world.ts';
import { Machine } from './machine.ts';
import { measureOf, mostOf, wrongWith, type Measure } from './oracle.ts';
import { Receiver } from './receiver.ts';
import { meanwhile, take } from './steps.ts';
import { scenarioOf } from './scenarios.ts';
import type { Scenario } from './scenario.ts';
import type { When } from './tracer.ts';

/** A death of a host: at which of its calls, when, and what happens then. */
export interface Death extends Way {
  readonly call: number;
  readonly when: When;
}

/** A scenario that was told once: where its host may die, and what it does when it lives. */
export interface Recording {
  readonly scenario: Scenario;
  readonly points: readonly Point[];
  readonly moments: ReadonlyMap<string, number>;
  /** The name of each call, in order. */
  readonly names: readonly string[];
  readonly measure: Measure;
  /** What is wrong already when no host dies. */
  readonly wrong: readonly string[];
}

const NOTHING_FOUND: FoundState | null = null;

function fresh({ plant, stubborn, hasReceiver }: Scenario): Outside {
  const machine = new Machine();
  machine.stubborn = new Set(stubborn);
  const stores = { store: memoryStore(), ledger: memoryLedger(), portRegistry: new MemoryPortRegistry() };
  const rest = {
    executables: [fileOf(1)],
    now: 0,
    offset: 0,
    found: NOTHING_FOUND,
    launches: 0,
    seriesFrom: 0,
    step: -1,
    boots: [],
  };
  const others = { client: new Client(), receiver: hasReceiver ? new Receiver() : null };
  const places = new MemoryWebhookRegistry();
  return { ...stores, ...others, places, files: new MemoryFiles(), machine, plant, backup: null, ...rest };
}

/** Tells a scenario to its end, and notes every moment at which its host may die. */
export async function recorded(scenario: Scenario): Promise<Recording> {
  const world = new ExploreWorld(fresh(scenario), scenario.orphans);
  world.isRecording = scenario.before.length === 0;
  await world.boot();
  for (const step of scenario.before) await take(world, step);
  world.isFair = false;
  world.isRecording = true;
  await tell(world, scenario);
  world.mark('the end');
  world.isRecording = false;
  const { points, moments, names } = world;
  const isLeft = scenario.steps.some((step) => step.do === 'leave');
  if (!isLeft) await comeToRest(world);
  const wrong = isLeft ? [...world.violations] : await wrongWith({ world, scenario, first: null, measure: null });
  const last = await lived(scenario, points.at(-1)!.outside, { pace: 'slow', goesOn: false }, { isFirst: true });
  const measure = mostOf([measureOf(world.machine), measureOf(last.machine)]);
  return { scenario, points, moments, names, measure, wrong };
}

/** The steps that have not been told yet. */
async function tell(world: ExploreWorld, { steps }: Scenario): Promise<void> {
  for (world.step += 1; world.step < steps.length; world.step += 1) await take(world, steps[world.step]!);
}

interface LifeOptions {
  /** Its host is the first after a death: what the scenario has for the time between happens now. */
  readonly isFirst: boolean;
  readonly isRecording?: boolean;
}

/** The life of the next host, until it has come to rest. */
async function lived(
  scenario: Scenario,
  left: Outside,
  { pace, goesOn }: Way,
  { isFirst, isRecording = false }: LifeOptions,
): Promise<ExploreWorld> {
  const outside = await meanwhile(scenario, left, isFirst);
  const world = new ExploreWorld(outside, scenario.orphans);
  world.pace = pace;
  if (pace === 'fast') while (world.stepMachine());
  world.isRecording = isRecording;
  await world.boot();
  if (goesOn) await tell(world, scenario);
  await comeToRest(world, scenario);
  world.isRecording = false;
  return world;
}

/** Removes every obstacle, and lets time pass until everything is as intended. */
async function comeToRest(world: ExploreWorld, scenario: Scenario | null = null): Promise<void> {
  if (world.isDiskFull) {
    await world.pass(3_000);
    await take(world, { do: 'freeDisk' });
    await world.pass(6_000);
  }
  if (world.receiver !== null) world.receiver.isDown = false;
  for (let turn = 0; world.host === null && turn < 20; turn += 1) await world.pass(1_000);
  if (scenario?.isRetried === true) world.askAgain();
  await world.settle();
  world.isMachineHeld = false;
  world.isFair = true;
  if (world.catalog.files.length === 0) world.provide([fileOf(9)]);
  await world.comeToRest();
}

/** A schedule that was carried out. */
export interface Outcome {
  readonly wrong: readonly string[];
  readonly world: ExploreWorld;
}

/** What becomes of a scenario whose host dies at this moment; its next host may be recorded, to die as well. */
export async function afterDeath(recording: Recording, at: Point, way: Way, isRecording = false): Promise<Outcome> {
  const { scenario, measure } = recording;
  const world = await lived(scenario, at.outside, way, { isFirst: true, isRecording });
  return {
    world,
    wrong: await wrongWith({ world, scenario, first: at.outside, measure: way.goesOn ? null : measure }),
  };
}

/** The same when the next host dies too. */
export async function afterSecondDeath(
  recording: Recording,
  [first, firstWay]: readonly [Point, Way],
  [second, way]: readonly [Point, Way],
): Promise<readonly string[]> {
  const { scenario, measure } = recording;
  const world = await lived(scenario, second.outside, way, { isFirst: false });
  const hasGoneOn = firstWay.goesOn || way.goesOn;
  return wrongWith({ world, scenario, first: first.outside, measure: hasGoneOn ? null : measure });
}

/** What may happen after a death at this moment: whatever makes a difference. */
export function waysAt({ steps }: Scenario, { outside }: Point): readonly Way[] {
  const paces: readonly Pace[] = outside.machine.next === null ? ['slow'] : ['slow', 'fast', 'racing'];
  const rest = steps.slice(outside.step + 1);
  // Whoever is shut down has come up: that is a scenario of its own.
  const isMore =
    rest.some((step) => step.do !== 'rest' && step.do !== 'pass') && !rest.some((step) => step.do === 'leave');
  return (isMore ? [false, true] : [false]).flatMap((goesOn) => paces.map((pace) => ({ pace, goesOn })));
}

/** The moment of a death. Throws if there is no such call. */
function pointOf(
  { points, moments }: Pick<Recording, 'points' | 'moments'>,
  { call, when }: Pick<Death, 'call' | 'when'>,
): Point {
  const index = moments.get(`${call} ${when}`);
  const point = index === undefined ? undefined : points[index];
  if (point === undefined) throw new Error(`The host makes no call ${call}.`);
  return point;
}

/** Carries out one schedule: a scenario, and one or two deaths. Returns what is wrong in the end. */
export async function explored(name: string, deaths: readonly Death[]): Promise<readonly string[]> {
  const recording = await recorded(scenarioOf(name));
  const [first, second] = deaths;
  if (first === undefined) return recording.wrong;
  const at = pointOf(recording, first);
  const { world, wrong } = await afterDeath(recording, at, first, second !== undefined);
  if (second === undefined) return wrong;
  return afterSecondDeath(recording, [at, first], [pointOf(world, second), second]);
}

/** A schedule that fails, as a spec and as a command. */
export function reportOf(
  name: string,
  deaths: readonly Death[],
  calls: readonly string[],
  wrong: readonly string[],
): string {
  const last = calls.map((call, nth) => `${deaths[nth]!.when} ${call}`).join(', then ');
  const at = deaths.map(({ call, when, pace, goesOn }) => `${call}:${when}:${pace}${goesOn ? ':on' : ''}`).join(',');
  return [
    `it('${name}: the host dies ${last}', async () => {`,
    ...wrong.map((one) => `  // ${one}`),
    `  const deaths = [${deaths.map((death) => JSON.stringify(death)).join(', ')}] as const;`,
    `  expect(await explored('${name}', deaths)).to.deep.equal([]);`,
    '});',
    `npm run explore -- --scenario '${name}' --at ${at}`,
  ].join('\n');
}
