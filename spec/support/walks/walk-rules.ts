import type { AnyActorRef } from 'xstate';
import { agentActorId } from '../../../lib/actors/agent/context.ts';
import { serviceActorId } from '../../../lib/actors/service/context.ts';
import { serviceRef, type AgentRef, type ServiceRef } from '../../../lib/control/actors.ts';
import { reasonText } from '../../../lib/model/explain/reason.ts';
import { agentStateOf, isMet, type ServiceReport } from '../../../lib/model/policy/agent-state.ts';
import type { RestartSpec } from '../../../lib/model/spec.ts';
import { stateOf } from '../../../lib/model/states.ts';
import { pathOf } from '../actors/actor-world.ts';
import type { HostWorld } from './host-world.ts';

const PUBLIC = ['stopped', 'starting', 'running', 'stopping', 'backoff', 'failed'];
/** After more errors than this an actor is quarantined, and its state is no longer meaningful. */
const CRASHES_TO_PARK = 5;

/** The violations in a host in which nothing happens unless time passes or a command arrives. */
export function wrongAtRest(world: HostWorld): readonly string[] {
  if (world.root === null) return [];
  if (world.root.getSnapshot().status !== 'active') return ['the root is not active'];
  const timed = timedActors(world.root);
  const entries = world.intentions.entries();
  return [
    ...world.services.flatMap((ref) => wrongWithService(world, ref, timed, entries)),
    ...world.agents.flatMap((ref) => wrongWithAgent(world, ref)),
    ...world.processes
      .live()
      .flatMap(({ serviceId }) =>
        serviceRef(world.root!, serviceId) ? [] : [`a process of ${serviceId} lives without an actor`],
      ),
  ];
}

/** A launch that a service owes to its restart policy. */
export interface SeriesLaunch {
  readonly at: number;
  readonly file: string;
  /** The program ran. */
  readonly isUp: boolean;
  /** Its file cannot be run: nothing follows before `recover_after`. Default: false. */
  readonly isRefusedForGood?: boolean;
}

/**
 * A series with one more launch: what ran for long enough was stable, and what comes after it is a new series. So is the
 * recovery after a refusal, which uses up no budget.
 */
export function grownSeries(
  series: readonly SeriesLaunch[],
  launch: SeriesLaunch,
  { backoff, recoverAfterMs }: RestartSpec,
): SeriesLaunch[] {
  const last = series.at(-1);
  const gapMs = launch.at - (last?.at ?? launch.at);
  const isRecovery = last?.isRefusedForGood === true && recoverAfterMs !== null && gapMs >= recoverAfterMs;
  return [...(isRecovery || gapMs >= backoff.resetAfterMs ? [] : series), launch];
}

/**
 * What is wrong with the newest launch of a series: between two commands, in any period, a file is launched at most
 * `max_restarts` + 1 times, and at most two files; after that there is one launch per `recover_after`. Null: nothing.
 */
export function wrongWithSeries(
  series: readonly SeriesLaunch[],
  { intensity, recoverAfterMs, mode }: RestartSpec,
): string | null {
  const [last, before] = [series.at(-1), series.at(-2)];
  if (last === undefined || before === undefined) return null;
  if (mode === 'never' && series.slice(0, -1).some(({ isUp }) => isUp)) return 'it ran before, and its policy is never';
  if (intensity === null) return null;
  const isRecovery = recoverAfterMs !== null && last.at - before.at >= recoverAfterMs;
  const recent = series.filter(({ at, file }) => at > last.at - intensity.periodMs && file === last.file);
  if (recent.length > intensity.maxRestarts + 1 && !isRecovery)
    return `${last.file} is launched ${recent.length} times`;
  const files = new Set(series.map(({ file }) => file));
  return files.size > 2 ? `${files.size} files are launched` : null;
}

function isActive(ref: AnyActorRef): boolean {
  return (ref.getSnapshot() as { readonly status: string }).status === 'active'; // every snapshot has one
}

/** The actors for which XState has set a timer. */
function timedActors(root: AnyActorRef): ReadonlySet<AnyActorRef> {
  const { _scheduledEvents: events } = root.system.getSnapshot();
  return new Set(Object.values(events).map(({ source }) => source));
}

export function reportNow(ref: ServiceRef): ServiceReport {
  const { value, context } = ref.getSnapshot();
  const { state, substate } = stateOf(value);
  const { spec, intended, holders, failureCount, restartedBy, reason } = context;
  const isComplete = substate === 'completed';
  const base = { serviceId: spec.id, state, intended, holders, failureCount, restartedBy, reason };
  const isLaunched = isComplete || (context.launch !== null && ['starting', 'running'].includes(state));
  return { ...base, isLaunched, isReady: substate === 'ready', isComplete };
}

function wrongWithService(
  world: HostWorld,
  ref: ServiceRef,
  timed: ReadonlySet<AnyActorRef>,
  entries: ReturnType<HostWorld['intentions']['entries']>,
): readonly string[] {
  const snapshot = ref.getSnapshot();
  const { context } = snapshot;
  const { id, probes, restart, dependsOn } = context.spec;
  if (snapshot.status !== 'active') return [`${id} is ${snapshot.status}`];
  const path = pathOf(snapshot.value);
  const { state } = stateOf(snapshot.value);
  const status = world.processes.status(id);
  const live = status?.status === 'alive' ? status.launch : null;
  const wrong: string[] = [];
  const must = (isSo: boolean, what: string): void => {
    if (!isSo) wrong.push(`${id} in ${path}: ${what}`);
  };
  const works = (src: string): boolean =>
    Object.values<AnyActorRef | undefined>(snapshot.children).some((child) => child?.src === src && isActive(child));
  const watched = (kind: string): boolean =>
    world.prober.watches.some((watch) => watch.serviceId === id && watch.kind === kind);
  const isTimed = timed.has(ref);

  must(PUBLIC.includes(state), 'is not a public state');
  must(
    context.budget.restartTimes.length <= (restart.intensity?.maxRestarts ?? -1) + 1 || path === 'failed.exhausted',
    `its window has ${context.budget.restartTimes.length} entries`,
  );
  if (live !== null && path !== 'failed.abandoned' && state !== 'stopping') {
    must(
      context.launch?.launchId === live.launchId,
      `a process of generation ${live.generation} lives that it does not supervise`,
    );
    must(works('observeProcess'), 'its process is not observed');
  }
  if (context.intended === 'stopped')
    must(state === 'stopped' || state === 'stopping' || path === 'failed.abandoned', 'it is intended to be stopped');
  const wanted = world.intentions.resumed(entries.get(id), id, context.holders, live !== null);
  if (world.unanswered.size === 0) {
    must(wanted.intended === context.intended, `the intention says ${wanted.intended}, the actor ${context.intended}`);
    const agents = (holders: readonly string[]): string =>
      holders
        .filter((holder) => holder.startsWith('agent:'))
        .sort()
        .join();
    must(
      agents(wanted.holders) === agents(context.holders),
      `the intentions say held by ${agents(wanted.holders)}, the actor ${agents(context.holders)}`,
    );
  }

  switch (path) {
    case 'stopped.idle':
      must(live === null, 'a process is alive');
      must(context.intended === 'stopped', 'it is intended to run');
      break;
    case 'stopped.completed':
    case 'stopped.drained':
      must(live === null, 'a process is alive');
      break;
    case 'starting.waiting': {
      const unmet = dependsOn.filter((on) => {
        const peer = serviceRef(world.root!, on.serviceId);
        return peer === undefined || !isMet(on.condition, reportNow(peer));
      });
      must(unmet.length > 0, 'all its dependencies are met');
      for (const on of unmet) {
        const watchers = serviceRef(world.root!, on.serviceId)?.getSnapshot().context.watchers ?? [];
        must(watchers.includes(serviceActorId(id)), `${on.serviceId} will not notify it`);
      }
      break;
    }
    case 'starting.resolving':
      must(false, 'choosing a file takes time');
      break;
    case 'starting.launching':
      must(world.isHoldingLaunches && world.launching.has(id) && works('launchProcess'), 'no launch is in progress');
      break;
    case 'starting.settling':
      must(isTimed, 'no timer');
      must(live !== null, 'no process is alive');
      break;
    case 'starting.probing':
      must(isTimed, 'no timer');
      must(watched('startup') && live !== null, 'nothing probes it');
      break;
    case 'running.ready':
    case 'running.unready':
      must(live !== null, 'no process is alive');
      must(probes.liveness === null || watched('liveness'), 'its liveness is not probed');
      must(probes.readiness === null || watched('readiness'), 'its readiness is not probed');
      if (path === 'running.unready') must(probes.readiness !== null, 'it has no readiness probe');
      break;
    case 'stopping.terminating':
      must(isTimed, 'no timer');
      must(world.isHoldingStops && works('stopTree'), 'no stop is in progress');
      break;
    case 'stopping.killing':
    case 'stopping.draining':
      must(world.isHoldingStops && works('stopTree'), 'no stop is in progress');
      break;
    case 'stopping.retrying':
      must(isTimed, 'no timer');
      break;
    case 'backoff.waiting':
      must(isTimed, 'no timer');
      break;
    case 'backoff.blocked':
      must(world.obstacle !== null, 'nothing is in its way');
      must(reasonText(context.reason)?.includes(world.obstacle ?? '') === true, 'it does not say what is in its way');
      must(works('watchObstacles'), 'it does not watch what is in its way');
      break;
    case 'failed.exhausted':
      must(isTimed || context.deadlineAt === null, 'no timer');
      must(
        context.deadlineAt !== null ||
          restart.recoverAfterMs === null ||
          restart.mode === 'never' ||
          context.reason !== null,
        'it could recover',
      );
      break;
    case 'failed.missing':
    case 'failed.refused':
      must(works('awaitExecutable'), 'it does not wait for a file');
      break;
    case 'failed.abandoned':
      must(
        (world.crashes.get(ref.id) ?? 0) >= CRASHES_TO_PARK || context.reason?.code === 'set_aside',
        'it is abandoned',
      );
      break;
    default:
      must(false, 'no rule for this state');
  }
  return wrong;
}

function wrongWithAgent(world: HostWorld, ref: AgentRef): readonly string[] {
  const snapshot = ref.getSnapshot();
  const { plan, intended, reports } = snapshot.context;
  if (snapshot.status !== 'active') return [`agent ${plan.id} is ${snapshot.status}`];
  if (snapshot.context.reason?.code === 'set_aside') return [];
  const path = pathOf(snapshot.value);
  const { state } = stateOf(snapshot.value);
  const holder = agentActorId(plan.id);
  const wrong: string[] = [];
  const must = (isSo: boolean, what: string): void => {
    if (!isSo) wrong.push(`agent ${plan.id} in ${path}: ${what}`);
  };
  const intention = world.intentions.agent(plan.id);
  if (world.unanswered.size === 0 && intention)
    must(intention.intended === intended, `the intention says ${intention.intended}, the actor ${intended}`);
  must(PUBLIC.includes(state), 'is not a public state');

  const actual: Record<string, ServiceReport> = {};
  for (const { id } of plan.services) {
    const service = serviceRef(world.root!, id);
    if (service) actual[id] = reportNow(service);
    else must(state === 'stopped' || state === 'stopping', `its ${id} has no actor`);
  }
  if (intended === 'running' && path !== 'stopping.draining' && path !== 'stopped.drained') {
    const { state: expected } = agentStateOf(plan, actual);
    must(state === expected, `its services say ${expected}`);
    for (const [id, now] of Object.entries(actual)) {
      const report = reports[id];
      must(
        report?.state === now.state && report.intended === now.intended && report.failureCount === now.failureCount,
        `it knows ${id} as ${report?.state ?? 'nothing'}/${report?.intended ?? ''}, not as ${now.state}/${now.intended}`,
      );
      must(now.holders.includes(holder), `it does not hold ${id}`);
    }
  }
  if (intended === 'stopped') {
    must(state === 'stopped' || state === 'stopping', 'it is intended to be stopped');
    const held = Object.values(actual).filter(({ holders }) => holders.includes(holder));
    // A shared service may be stopping because its last holder released it later, or be quarantined.
    const isDown = ({ serviceId, state: now }: ServiceReport): boolean =>
      now === 'stopped' || (state === 'stopped' && world.processes.status(serviceId)?.status !== 'alive');
    const isOwn = (id: string): boolean => plan.services.some((spec) => spec.id === id && spec.agentId === plan.id);
    const alone = Object.values(actual).filter(
      (report) => report.holders.length === 0 && !isDown(report) && (state !== 'stopped' || isOwn(report.serviceId)),
    );
    if (state === 'stopped') {
      must(held.length === 0, `it holds ${held.map(({ serviceId }) => serviceId).join()}`);
      must(alone.length === 0, alone.map(({ serviceId, state: now }) => `${serviceId} is ${now}`).join());
    }
    if (path === 'stopping.releasing') must(alone.length > 0, 'it waits for nothing');
  }
  return wrong;
}

/** What must be true once there are no obstacles and time has passed. */
export function wrongInTheEnd(world: HostWorld): readonly string[] {
  // An actor that was quarantined during a stop changes only by a command, and so do the actors that wait for it.
  const isAside =
    world.services.some((ref) => pathOf(ref.getSnapshot().value) === 'failed.abandoned') ||
    world.agents.some((ref) => ref.getSnapshot().context.reason?.code === 'set_aside');
  const wrong: string[] = isAside ? [] : [...world.unanswered].map((name) => `${name} was never answered`);
  if (!isAside) {
    const entries = world.intentions.entries();
    for (const { plan, isDeleted } of world.intentions.agents()) {
      if (isDeleted === true) wrong.push(`agent ${plan.id} was deleted, but still exists`);
    }
    for (const ref of world.services) {
      const { id } = ref.getSnapshot().context.spec;
      if (!entries.has(id)) wrong.push(`${id} is not referenced, but still exists`);
    }
    for (const ref of world.agents) {
      const { id } = ref.getSnapshot().context.plan;
      if (world.intentions.agent(id) === undefined) wrong.push(`agent ${id} is unknown, but still exists`);
    }
  }
  for (const ref of world.services) {
    const { value, context } = ref.getSnapshot();
    const path = pathOf(value);
    const { id } = context.spec;
    const isLive = world.processes.status(id)?.status === 'alive';
    if (path === 'failed.abandoned') continue;
    const pin = world.intentions.pin(id)?.version ?? null;
    if (isLive && pin !== null && context.launch?.version !== pin)
      wrong.push(`${id} is pinned to version ${pin}, but runs ${context.launch?.version ?? 'none'}`);
    if (context.intended === 'stopped') {
      if (!path.startsWith('stopped.') || isLive) wrong.push(`${id} is intended to be stopped, but ends in ${path}`);
    } else if (!isAtGoal(world, ref)) {
      wrong.push(`${id} is intended to run, but ends in ${path} (${reasonText(context.reason) ?? 'no reason'})`);
    }
  }
  return wrong;
}

/** Whether a service that is intended to run has reached its final state. */
export function isAtGoal(world: HostWorld, ref: ServiceRef): boolean {
  const { value, context } = ref.getSnapshot();
  switch (pathOf(value)) {
    case 'running.ready':
    case 'stopped.completed':
    case 'failed.abandoned':
      return true;
    case 'failed.exhausted':
    case 'failed.refused':
      return context.deadlineAt === null;
    case 'starting.waiting':
      return context.spec.dependsOn.some((on) => {
        const peer = serviceRef(world.root!, on.serviceId);
        if (peer === undefined) return false;
        return (
          !isMet(on.condition, reportNow(peer)) &&
          (peer.getSnapshot().context.intended === 'stopped' || isAtGoal(world, peer))
        );
      });
    default:
      return false;
  }
}

/** The stored rows that an earlier restart of the host could not use. */
export function refusedRows(world: HostWorld): readonly string[] {
  return world.store.quarantined.map(({ row, reason }) => `the row of ${row.path} is refused: ${reason}`);
}
