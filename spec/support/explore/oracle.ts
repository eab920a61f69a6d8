import { agentActorId } from '../../../lib/actors/agent/context.ts';
import { serviceActorId } from '../../../lib/actors/service/context.ts';
import { serviceRef } from '../../../lib/control/actors.ts';
import type { JournalEntry } from '../../../lib/model/journal.ts';
import { stateOf } from '../../../lib/model/states.ts';
import { SERVICES } from '../walks/walk-plant.ts';
import {
  grownSeries,
  refusedRows,
  wrongAtRest,
  wrongInTheEnd,
  wrongWithSeries,
  type SeriesLaunch,
} from '../walks/walk-rules.ts';
import {
  wrongWithClass,
  wrongWithGroups,
  wrongWithLateness,
  wrongWithNotices,
  wrongWithReceiver,
} from './failure-rules.ts';
import type { ExploreWorld, Outside } from './explore-world.ts';
import type { Run } from './machine.ts';
import type { Scenario } from './scenario.ts';
import { possibleWishes } from './wishes.ts';

/** What a scenario does when no host dies in it: how often services are started, and which ones are stopped. */
export interface Measure {
  readonly starts: ReadonlyMap<string, number>;
  readonly stops: ReadonlySet<string>;
}

/** What a world has done so far. */
export function measureOf({ starts, stops }: Pick<Outside['machine'], 'starts' | 'stops'>): Measure {
  return { starts: counted(starts.map(({ serviceId }) => serviceId)), stops: new Set(stops) };
}

/** More than one scenario may do: the most of each. */
export function mostOf(measures: readonly Measure[]): Measure {
  const starts = new Map<string, number>();
  for (const one of measures) {
    for (const [service, count] of one.starts) starts.set(service, Math.max(count, starts.get(service) ?? 0));
  }
  return { starts, stops: new Set(measures.flatMap(({ stops }) => [...stops])) };
}

function counted(services: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const service of services) counts.set(service, (counts.get(service) ?? 0) + 1);
  return counts;
}

/** What is known about a schedule when its last host has come to rest. */
export interface Judged {
  readonly world: ExploreWorld;
  readonly scenario: Scenario;
  /** What was left of the host that died first; null: none has died. */
  readonly first: Outside | null;
  /** Null: this schedule is the measure. */
  readonly measure: Measure | null;
}

/**
 * The rules of the chaos test and those of the walks, about a world at rest: no two processes of a service, every exit told
 * once, what is to run runs, no more launches than the policy allows and than without a death, nobody disturbed, every
 * accepted command carried out once, and a journal, rows and a ledger that agree with the end.
 */
export async function wrongWith(judged: Judged): Promise<readonly string[]> {
  const { world, scenario } = judged;
  if (world.host === null) return [...world.violations, 'the host has not come up'];
  const hasLostHistory = scenario.between.some((one) => one.do === 'loseStore' || one.do === 'oldStore');
  const lost = hasLostHistory ? judged.first : null;
  return [
    ...world.violations,
    ...world.machine.wrong,
    ...world.client.wrong,
    ...refusedRows(world),
    ...wrongAtRest(world),
    ...wrongInTheEnd(world),
    ...wrongWithWishes(judged),
    ...wrongWithProcesses(world),
    ...wrongWithExits(judged, lost),
    ...wrongWithLaunches(judged),
    ...wrongWithStops(judged),
    ...wrongWithPolicy(world),
    ...wrongWithDelays(world),
    ...(isSetAside(world) ? [] : [...wrongWithGroups(world, scenario), ...wrongWithLateness(world, scenario)]),
    ...wrongWithReceiver(world),
    ...wrongWithNotices(world, scenario),
    ...wrongWithJournal(world),
    ...(await wrongWithRows(world)),
    ...wrongWithLedger(world),
    ...wrongWithPorts(world),
  ];
}

/** Whether a quarantined actor keeps the commands from being carried out. */
function isSetAside(world: ExploreWorld): boolean {
  return (
    world.services.some((ref) => ref.getSnapshot().matches({ failed: 'abandoned' })) ||
    world.agents.some((ref) => ref.getSnapshot().context.reason?.code === 'set_aside')
  );
}

function wrongWithWishes({ world, scenario, first }: Judged): readonly string[] {
  if (isSetAside(world)) return [];
  const { given } = world.client;
  const actual = (service: string): boolean =>
    world.root !== null && serviceRef(world.root, service)?.getSnapshot().context.intended === 'running';
  const possible = possibleWishes(given, world.plant);
  const fits = possible.some((wishes) => SERVICES.every((service) => wishes.isToRun(service) === actual(service)));
  const wrong: string[] = [];
  if (!fits) {
    const list = given.map(({ step, status }) => `${step.do} (${status})`).join(', ');
    wrong.push(`after ${list}, these are to run: ${SERVICES.filter(actual).join()}`);
  }
  if (scenario.isRetried && first !== null) {
    const open = given.filter(({ status }) => status === 'asked');
    for (const { step } of open) wrong.push(`${step.do} was given again and has no answer`);
  }
  for (const { step, status, replaces } of given) {
    if (status !== 'done') continue;
    for (const launchId of replaces) {
      const { serviceId, generation, process } = world.machine.run(launchId);
      if (process === 'alive')
        wrong.push(`${step.do} was carried out, and generation ${generation} of ${serviceId} lives`);
    }
  }
  return wrong;
}

/** The host's view of the processes, and the truth. */
function wrongWithProcesses(world: ExploreWorld): readonly string[] {
  const live = world.machine.runs().filter(({ process }) => process === 'alive');
  const seen = new Set([
    ...world.processes.live().map(({ launchId }) => launchId),
    ...world.processes.heldOrphans().map(({ launchId }) => launchId),
  ]);
  const unseen = live.filter(({ launchId }) => !seen.has(launchId));
  return [
    ...unseen.map(({ serviceId, generation }) => `nobody supervises generation ${generation} of ${serviceId}`),
    ...[...seen].flatMap((launchId) => {
      const { process, serviceId } = world.machine.run(launchId);
      return process === 'alive' ? [] : [`the process of ${serviceId} is taken to be alive`];
    }),
  ];
}

/** Every end of a process is told exactly once, as it was. */
function wrongWithExits({ world, scenario }: Judged, lost: Outside | null): readonly string[] {
  const told = new Map<string, JournalEntry[]>();
  for (const entry of world.store.journal) {
    if (entry.type !== 'process.exited') continue;
    const key = `${String(entry.detail['generation'])} of ${entry.serviceId ?? ''}`;
    told.set(key, [...(told.get(key) ?? []), entry]);
  }
  const runs = new Map(world.machine.runs().map((run) => [`${run.generation} of ${run.serviceId}`, run]));
  const invented = [...told.keys()].filter((key) => !runs.has(key));
  return [
    ...invented.map((key) => `an end of generation ${key} is told, which was never launched`),
    ...[...runs].flatMap(([key, run]) => {
      const entries = told.get(key) ?? [];
      const isJudged = entries[0] !== undefined && !isUncertain(world, run);
      const wrong =
        wrongWithExit(world, run, entries, lost) ??
        (isJudged ? wrongWithClass(world, scenario, run, String(entries[0]?.detail['class'])) : null);
      return wrong === null ? [] : [`the end of generation ${key} ${wrong}`];
    }),
  ];
}

function wrongWithExit(
  world: ExploreWorld,
  run: Run,
  entries: readonly JournalEntry[],
  lost: Outside | null,
): string | null {
  const { exit } = run;
  const [entry] = entries;
  if (entries.length > 1) return `is told ${entries.length} times`;
  if (exit === null) return entry === undefined || isUncertain(world, run) ? null : 'is told, but it has not ended';
  if (entry === undefined) return isForgotten(world, run, lost) ? null : 'is never told';
  const { code, signal } = entry.detail;
  return code === exit.code && signal === exit.signal ? null : `is told as ${String(code)}/${String(signal)}`;
}

/**
 * A host that adopts a launch between its fork and its exec cannot know that its program is not going to run. Nor can one
 * that finds a claim from before a reboot: files may be missing after that.
 */
function isUncertain(world: ExploreWorld, { isRefused, boot }: Run): boolean {
  return isRefused || boot !== world.machine.boot;
}

/** Its history was lost with a store, or no ledger has ever known it again. */
function isForgotten(world: ExploreWorld, { launchId }: Run, lost: Outside | null): boolean {
  if (lost === null) return false;
  const before = lost.machine.runs().find((run) => run.launchId === launchId);
  return (before !== undefined && before.exit !== null) || !world.ledger.entries.has(launchId);
}

function wrongWithLaunches({ world, scenario, first, measure }: Judged): readonly string[] {
  if (measure === null || first === null) return [];
  const total = measureOf(world.machine).starts;
  const before = measureOf(first.machine).starts;
  return [...total].flatMap(([service, count]) => {
    const since = count - (before.get(service) ?? 0);
    const most = measure.starts.get(service) ?? 0;
    const allowed = scenario.mayLaunchMore ? 2 : 1;
    if (since > allowed) return [`${service} is launched ${since} times after its host died`];
    return scenario.mayLaunchMore || count <= most ? [] : [`${service} is launched ${count} times, not ${most}`];
  });
}

function wrongWithStops({ world, scenario, first, measure }: Judged): readonly string[] {
  if (measure === null || first === null || scenario.mayLaunchMore) return [];
  const stopped = new Set(world.machine.stops.slice(first.machine.stops.length));
  return [...stopped].filter((service) => !measure.stops.has(service)).map((service) => `${service} is disturbed`);
}

function wrongWithPolicy(world: ExploreWorld): readonly string[] {
  const series = new Map<string, SeriesLaunch[]>();
  return world.machine.starts.slice(world.seriesFrom).flatMap(({ serviceId, file, at }) => {
    const restart = world.root && serviceRef(world.root, serviceId)?.getSnapshot().context.spec.restart;
    if (restart === null || restart === undefined) return [];
    const grown = grownSeries(series.get(serviceId) ?? [], { at, file, isUp: true }, restart);
    series.set(serviceId, grown);
    const wrong = wrongWithSeries(grown, restart);
    return wrong === null ? [] : [`${serviceId}: ${wrong}`];
  });
}

/** After a failure nothing is launched again before its backoff is over, unless somebody asked for it. */
function wrongWithDelays(world: ExploreWorld): readonly string[] {
  const series = world.machine.starts.slice(world.seriesFrom);
  return series.flatMap(({ serviceId, file, at }, index) => {
    const restart = world.root && serviceRef(world.root, serviceId)?.getSnapshot().context.spec.restart;
    const before = series.slice(0, index).findLast((start) => start.serviceId === serviceId);
    if (!restart || before?.file !== file || !world.ledger.entries.has(before.launchId)) return [];
    const { exit, boot, isProbeFailed } = world.machine.run(before.launchId);
    const isFailure = exit?.isKnown === true && (isProbeFailed || (exit.code !== null && exit.code !== 0));
    if (!isFailure || boot !== world.machine.boot) return [];
    const afterMs = at - exit.at; // less than 0: the clock was set back
    return afterMs < 0 || afterMs >= restart.backoff.initialMs
      ? []
      : [`${serviceId} is launched ${afterMs} ms after it failed`];
  });
}

/** The state changes of each actor are a chain without a gap, which ends where the actor is. */
function wrongWithJournal(world: ExploreWorld): readonly string[] {
  const wrong: string[] = [];
  const last = new Map<string, string>();
  const broken = new Set<unknown>();
  let seq = 0;
  for (const entry of world.store.journal) {
    if (entry.seq <= seq) wrong.push(`event ${entry.seq} follows ${seq}`);
    seq = entry.seq;
    if (entry.type === 'actor.crashed') broken.add(entry.detail['actor']);
    const isService = entry.type === 'service.state_changed';
    if (!isService && entry.type !== 'agent.state_changed') continue;
    const id = isService ? `service:${entry.serviceId ?? ''}` : `agent:${entry.agentId ?? ''}`;
    const before = last.get(id) ?? 'stopped';
    // An actor that broke is made again in `stopped`, whatever it was.
    if (entry.from !== before && !broken.has(id))
      wrong.push(`event ${seq}: ${id} comes from ${entry.from ?? ''}, and was ${before}`);
    last.set(id, entry.to ?? '');
  }
  for (const [id, state] of stateById(world)) {
    const told = last.get(id) ?? 'stopped';
    if (told !== state) wrong.push(`${id} is ${state}, and its last event says ${told}`);
  }
  return wrong;
}

function stateById(world: ExploreWorld): ReadonlyMap<string, string> {
  return new Map([
    ...world.services.map((ref) => {
      const { value, context } = ref.getSnapshot();
      return [serviceActorId(context.spec.id), stateOf(value).state] as const;
    }),
    ...world.agents.map((ref) => {
      const { value, context } = ref.getSnapshot();
      return [agentActorId(context.plan.id), stateOf(value).state] as const;
    }),
  ]);
}

async function wrongWithRows(world: ExploreWorld): Promise<readonly string[]> {
  const states = stateById(world);
  const rows = new Map((await world.store.loadActors()).map((row) => [row.path, row.state]));
  const wrong = [...states].flatMap(([id, state]) =>
    rows.get(id) === state ? [] : [`${id} is ${state}, and its row says ${rows.get(id) ?? 'nothing'}`],
  );
  const extra = [...rows.keys()].filter((path) => path !== 'root' && !states.has(path));
  return [...wrong, ...extra.map((path) => `there is a row of ${path}, and no actor`)];
}

/** Nothing keeps the ports of what does not exist. */
function wrongWithPorts(world: ExploreWorld): readonly string[] {
  const known = world.intentions.entries();
  const left = world.portRegistry.owners().filter((id) => !known.has(id));
  return left.map((id) => `${id} has ports, and is not referenced`);
}

/** What the next host would find in the ledger. */
function wrongWithLedger(world: ExploreWorld): readonly string[] {
  return [...world.ledger.entries.values()].flatMap(({ launchId, serviceId, generation, state }) => {
    const run = world.machine.runs().find((one) => one.launchId === launchId);
    const process = run?.process ?? 'none';
    const expected = process === 'alive' ? 'running' : process === 'ended' ? 'exited' : 'revoked';
    if (state === expected || (run !== undefined && state === 'exited' && isUncertain(world, run))) return [];
    return [`the ledger says that generation ${generation} of ${serviceId} is ${state}, not ${expected}`];
  });
}
