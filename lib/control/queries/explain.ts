import type { ServiceContext } from '../../actors/service/context.ts';
import { fallbackReason, hasFallback } from '../../actors/service/exits.ts';
import { unmet } from '../../actors/service/updates.ts';
import type { AwaitedView, CauseView, ExplainView, IfExitView, NextView } from '../../api/schemas/explain.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import { describeEvent } from '../../model/explain/event-sentence.ts';
import { pendingForBudget, pendingForState, type Pending } from '../../model/explain/pending.ts';
import { countedRestarts, type Awaited, type Situation } from '../../model/explain/situation.ts';
import { dependencyNow, sentenceOf, summaryOf } from '../../model/explain/summary.ts';
import { nextDelayMs, suppose, type SupposedExit } from '../../model/explain/supposed-exit.ts';
import type { JournalEntry } from '../../model/journal.ts';
import { restartedWithGroup } from '../../model/policy/agent-state.ts';
import { revisionOf } from '../../model/policy/revision.ts';
import { doubtOf } from '../../model/process.ts';
import { stateOf } from '../../model/states.ts';
import { isoOf, type Instant } from '../../model/values/time.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import { agentRefs, serviceRef, type ServiceSnapshot, type SupervisorRef } from '../actors.ts';
import type { Runtime } from '../runtime.ts';
import { busyPorts } from './busy-ports.ts';
import { lastWords, outputTail } from './last-words.ts';
import { causesOf } from './causes.ts';
import { pinView, reasonView } from './views.ts';

/**
 * Why a service is in its state, and what happens next. Only the causes need the store: without it, the rest is still
 * answered.
 */
export async function explain(
  runtime: Runtime,
  snapshot: ServiceSnapshot,
  ifExit: SupposedExit | undefined,
): Promise<ExplainView> {
  const { root, ports } = runtime;
  const now = ports.clock.now();
  const { context } = snapshot;
  const situation = situationOf(runtime, snapshot);
  const { spec, state, substate, intended, awaits, holders } = situation;
  const { backoff, intensity } = spec.restart;
  const tail = await outputTail(ports, context).catch(() => null);
  const supposed = ifExit === undefined ? {} : { if_exit: ifExitView(root, ifExit, situation, now) };
  return {
    ...{ id: spec.id, state, substate, intended_state: intended, since: isoOf(context.since) },
    summary: [
      summaryOf(situation, now),
      ...lastWords(context, tail),
      ...(await busyPorts(ports.portRegistry, situation)),
    ].join(' '),
    waits_for: awaits.map(awaitedView),
    ...(await causesView(ports.store, situation)),
    next: [...pendingForState(situation, now), ...pendingForBudget(situation, now)].map((pending) =>
      nextView(pending, now),
    ),
    budget: {
      restarts: countedRestarts(situation, now).length,
      max_restarts: intensity?.maxRestarts ?? null,
      period_ms: intensity?.periodMs ?? null,
      resets_after_ms: backoff.resetAfterMs,
      next_delay_ms: nextDelayMs(situation, now),
    },
    probe_failures: ports.prober.failures(spec.id).map(({ at, ...rest }) => ({ ...rest, at: isoOf(at) })),
    output_tail: tail,
    holders,
    pin: pinView(context),
    revision: revisionOf(spec),
    running_revision: context.launch === null ? null : context.revision,
    ...supposed,
  };
}

function situationOf({ root, intentions, ports }: Runtime, { context, value }: ServiceSnapshot): Situation {
  const { spec, launch, revision, lastGoodVersion } = context;
  const { state, substate } = stateOf(value);
  const isWaiting = state === 'starting' && substate === 'waiting';
  return {
    ...context,
    state,
    substate,
    isStandalone: (intentions.service(spec.id)?.holder ?? null) !== null,
    isDrifted: launch !== null && revision !== null && revision !== revisionOf(spec),
    fallback: hasFallback(context) ? (lastGoodVersion?.version ?? lastGoodVersion?.path ?? null) : null,
    fallbackReason: fallbackReason(context),
    doubt: doubtOf(ports.processes.status(spec.id)),
    awaits: isWaiting ? awaitsOf(root, context) : [],
  };
}

function awaitsOf(root: SupervisorRef, context: ServiceContext): readonly Awaited[] {
  return unmet(context).map((dependency) => {
    const snapshot = serviceRef(root, dependency.serviceId)?.getSnapshot();
    if (snapshot === undefined) return { ...dependency, now: null };
    const { state, substate } = stateOf(snapshot.value);
    const now = { state, substate, reason: snapshot.context.reason };
    return { ...dependency, now };
  });
}

async function causesView(
  store: ActorStore,
  { spec, awaits }: Situation,
): Promise<Pick<ExplainView, 'causes' | 'causes_unavailable'>> {
  try {
    const awaited = awaits.map(({ serviceId }) => serviceId);
    return { causes: (await causesOf(spec.id, awaited, store)).map((entry) => causeView(entry, spec.id)) };
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    return { causes: [], causes_unavailable: error.message };
  }
}

function causeView(entry: JournalEntry, about: string): CauseView {
  const { seq, at, type, from, to, cause, correlationId } = entry;
  return {
    ...{ seq, at: isoOf(at), type },
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...{ cause, correlation_id: correlationId, sentence: describeEvent(entry, about) },
  };
}

function awaitedView(awaited: Awaited): AwaitedView {
  const { serviceId, condition, now } = awaited;
  const { state = null, substate = null, reason = null } = now ?? {};
  return {
    ...{ service_id: serviceId, condition, state, substate },
    ...reasonView(reason),
    sentence: `${dependencyNow(awaited)}.`,
  };
}

function nextView({ what, at, clause }: Pending, now: Instant): NextView {
  const when = at === null ? { at: null, in_ms: null } : { at: isoOf(at), in_ms: Math.max(0, at - now) };
  return { what, ...when, sentence: sentenceOf(clause) };
}

function ifExitView(root: SupervisorRef, exit: SupposedExit, situation: Situation, now: Instant): IfExitView {
  const supposed = suppose(exit, situation, now);
  const siblings = supposed.isFailure ? siblingsOf(root, situation) : [];
  const also = siblings.length === 0 ? '' : ` Its group would be restarted with it: ${siblings.join(', ')}.`;
  return {
    ...(exit.type === 'code' ? { code: exit.code } : { signal: exit.signal }),
    ...{ class: supposed.class, next: supposed.next },
    ...(supposed.atLeastMs === null ? {} : { at_least_ms: supposed.atLeastMs }),
    ...{ siblings, sentence: `${supposed.sentence}${also}` },
  };
}

/** A stopping agent restarts no service; a service without a process is left alone. */
function siblingsOf(root: SupervisorRef, { spec }: Situation): readonly string[] {
  const plans = agentRefs(root).flatMap((ref) => {
    const { value, context } = ref.getSnapshot();
    return ['stopped', 'stopping'].includes(stateOf(value).state) ? [] : [context.plan];
  });
  return restartedWithGroup(plans, spec.id, (id) => {
    const snapshot = serviceRef(root, id)?.getSnapshot();
    if (snapshot === undefined) return false;
    const { state, substate } = stateOf(snapshot.value);
    return state === 'running' || (state === 'starting' && !['waiting', 'resolving'].includes(substate ?? ''));
  });
}
