import { agentRef, serviceRef } from '../../../lib/control/actors.ts';
import { backoffDelay } from '../../../lib/model/policy/restart.ts';
import type { RestartSpec } from '../../../lib/model/spec.ts';
import { AGENTS, planOf } from '../walks/walk-plant.ts';
import type { ExploreWorld } from './explore-world.ts';
import { isForReceiver } from './receiver.ts';
import type { Failure, Run, Start } from './machine.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';

/** Steps after which a host may stop a process for another reason than its probes and its group. */
const STOPPING: ReadonlySet<ScenarioStep['do']> = new Set([
  ...([
    'stopAgent',
    'deleteAgent',
    'restartAgent',
    'defineAgent',
    'stopService',
    'deleteService',
    'pinVersion',
  ] as const),
  ...(['restartService', 'startService', 'stopIo', 'reload', 'throw', 'leave'] as const),
]);

/** Steps after which a launch may be late. */
const DELAYING: ReadonlySet<ScenarioStep['do']> = new Set([
  ...STOPPING,
  ...(['fillDisk', 'jump', 'holdShims', 'refuse', 'provide'] as const),
]);

const HARMS: ReadonlySet<string> = new Set(['loseStore', 'oldStore', 'jump', 'reboot']);

function has({ steps, before }: Scenario, those: ReadonlySet<ScenarioStep['do']>): boolean {
  return [...before, ...steps].some((step) => those.has(step.do));
}

function specIn(world: ExploreWorld, serviceId: string) {
  return world.root === null ? undefined : serviceRef(world.root, serviceId)?.getSnapshot().context.spec;
}

/** What is wrong with the class that the journal tells for the end of this process; null: nothing. */
export function wrongWithClass(world: ExploreWorld, scenario: Scenario, run: Run, told: string): string | null {
  if (run.exit === null) return null;
  const { code, signal, isKnown } = run.exit;
  const own = !isKnown ? 'lost' : signal !== null ? 'signal' : code === 0 ? 'clean' : 'code';
  // A host that dies before it has stored why it stops a process leaves nothing but how it ended.
  const isUntold = run.isSurprise || world.boots.length > 1;
  const spec = specIn(world, run.serviceId);
  if (spec === undefined || (isUntold && told === own)) return null;
  const isProbed = run.isProbeFailed || spec.probes.startup !== null;
  const mayBeStopped = has(scenario, STOPPING) || isInGroup(world, run.serviceId) || scenario.orphans === 'kill';
  const possible = [
    ...(isUntold ? [own] : []),
    ...(isProbed ? ['probe', 'start_timeout'] : []),
    ...(mayBeStopped ? [isKnown ? 'stopped' : 'lost'] : []),
  ];
  return possible.includes(told) ? null : `is told to be ${told}, not ${possible.join(' or ')}`;
}

function isInGroup({ plant }: ExploreWorld, serviceId: string): boolean {
  return AGENTS.some((_, index) => {
    const { strategy, services } = planOf(plant, index as 0 | 1); // there are two
    return strategy !== 'one_for_one' && services.some(({ id }) => id === serviceId);
  });
}

/** The failure of a service of a group ends what its strategy says: no process that was alive then lives on. */
export function wrongWithGroups(world: ExploreWorld, scenario: Scenario): readonly string[] {
  if (has(scenario, STOPPING) || scenario.between.some((one) => HARMS.has(one.do))) return [];
  return AGENTS.flatMap((agent, index) => {
    const { strategy, services } = planOf(world.plant, index as 0 | 1); // there are two
    const context = world.root === null ? undefined : agentRef(world.root, agent)?.getSnapshot().context;
    if (strategy === 'one_for_one' || context?.intended !== 'running') return [];
    const ids: readonly string[] = services.map(({ id }) => id);
    return world.machine.failures.flatMap((failure) => {
      const nth = isFailure(world, failure) ? ids.indexOf(world.machine.run(failure.launchId).serviceId) : -1;
      if (nth === -1) return [];
      const ended = ids.filter((_, other) => (strategy === 'one_for_all' ? other !== nth : other > nth));
      return failure.beside.flatMap((launchId) => {
        const { serviceId, generation, process } = world.machine.run(launchId);
        return process === 'alive' && ended.includes(serviceId)
          ? [`generation ${generation} of ${serviceId} was not restarted with ${ids[nth]!}`]
          : [];
      });
    });
  });
}

function isFailure(world: ExploreWorld, { launchId }: Failure): boolean {
  const { serviceId, exit } = world.machine.run(launchId);
  const spec = specIn(world, serviceId);
  return spec !== undefined && (exit?.code !== 0 || spec.restart.mode === 'always');
}

/**
 * What has failed is launched again as soon as its backoff is over, as long as it has restarts left: a service that is
 * launched later, or given up, is launched less often than its policy says.
 */
export function wrongWithLateness(world: ExploreWorld, scenario: Scenario): readonly string[] {
  const isHasty = scenario.steps.some((step) => step.isHasty === true); // then an end may be noticed late
  if (isHasty || has(scenario, DELAYING) || scenario.between.some((one) => HARMS.has(one.do))) return [];
  const { starts } = world.machine;
  return starts.flatMap((start, index) => {
    const spec = specIn(world, start.serviceId);
    const earlier = starts.slice(0, index).filter(({ serviceId }) => serviceId === start.serviceId);
    if (spec === undefined) return [];
    const dueAt = dueAtOf(world, start, earlier, spec.restart);
    if (dueAt === null || start.at <= dueAt) return [];
    const isWaiting = spec.dependsOn.some(({ serviceId }) => !wasUp(world, serviceId, dueAt));
    return isWaiting ? [] : [`${start.serviceId} is launched ${start.at - dueAt} ms late`];
  });
}

/** When a launch is due after earlier ones of its service; null: it does not follow from the backoff alone. */
function dueAtOf(
  world: ExploreWorld,
  start: Start,
  earlier: readonly Start[],
  { backoff, intensity, mode }: RestartSpec,
): number | null {
  const ends = earlier.map(({ launchId }) => world.machine.run(launchId));
  const last = ends.at(-1);
  if (last === undefined) return null;
  const { exit, isProbeFailed, isSurprise } = last;
  if (exit === null || mode !== 'always' || !(isSurprise || isProbeFailed)) return null;
  const failures = ends.filter((run) => run.exit !== null && (run.isSurprise || run.isProbeFailed));
  const recent = failures.filter((run) => run.exit!.at > exit.at - (intensity?.periodMs ?? 0));
  if (intensity !== null && recent.length > intensity.maxRestarts) return null;
  const delayMs = backoffDelay(backoff, failures.length, 1);
  // An end without a host is judged by the next one, and the timers of a host die with it.
  const from = world.boots.filter((at) => at >= exit.at && at <= start.at);
  return Math.max(exit.at, ...from) + delayMs;
}

/** So long after its start a service counts as started, with or without probes. */
const STARTED_MS = 1_000;

function wasUp({ machine }: ExploreWorld, serviceId: string, at: number): boolean {
  const start = machine.starts.findLast((one) => one.serviceId === serviceId && one.at <= at);
  if (start === undefined || start.at + STARTED_MS > at) return false;
  const { exit } = machine.run(start.launchId);
  return exit === null || exit.at > at + STARTED_MS;
}

/** Every event reaches the receiver, in order, and again only if a host has died before it had stored that. */
export function wrongWithReceiver({ receiver, store, boots }: ExploreWorld): readonly string[] {
  if (receiver === null) return [];
  const { received } = receiver;
  const owed = store.journal.filter(isForReceiver).map(({ seq }) => seq);
  const wrong = owed.filter((seq) => !received.includes(seq)).map((seq) => `event ${seq} is not sent`);
  const isSorted = received.every((seq, index) => index === 0 || seq >= received[index - 1]!);
  if (!isSorted) wrong.push(`events are sent in the order ${received.join()}`);
  if (received.length > owed.length + boots.length - 1)
    wrong.push(`${received.length} events are sent, not ${owed.length}`);
  return wrong;
}

/** A lost store stands in the health until somebody has seen it, and nothing else does. */
export function wrongWithNotices({ files, boots }: ExploreWorld, { between }: Scenario): readonly string[] {
  const isExpected = boots.length > 1 && between.some((one) => one.do === 'loseStore' || one.do === 'oldStore');
  const codes = files.notices.map(({ code }) => code);
  if (isExpected) {
    const isTold = codes.some((code) => code === 'store_lost' || code === 'store_outdated');
    return isTold ? [] : ['no notice tells that the store was lost'];
  }
  return codes.map((code) => `a notice tells ${code}`);
}
