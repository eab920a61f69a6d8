import type { AgentHistoryView, ServiceHistoryView } from '../../api/schemas/history.ts';
import { whyOf } from '../../model/explain/event-reason.ts';
import { describeEvent } from '../../model/explain/event-sentence.ts';
import {
  AGENT_EVENTS,
  NOT_KNOWN,
  PROCESS_EVENTS,
  STATE_EVENTS,
  stepsOf,
  type Standing,
  type Step,
} from '../../model/history.ts';
import { numberIn, textIn, type JournalEntry } from '../../model/journal.ts';
import type { ExitClass } from '../../model/states.ts';
import { ALL_EVENTS } from '../../model/values/event-filter.ts';
import { given } from '../../model/values/given.ts';
import { isoOf } from '../../model/values/time.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import type { HistoryQuery, Queries } from '../control.ts';
import type { Runtime } from '../runtime.ts';
import { describedEventView } from './views.ts';

/** A page of the events of the host, the latest included. Rejects with StoreUnavailableError. */
export async function eventPage(
  { recorder, ports }: Runtime,
  query: Parameters<Queries['history']>[0],
): ReturnType<Queries['history']> {
  await recorder.written();
  const entries = await ports.store.history(query);
  const last = entries.at(-1);
  return { events: entries.map(describedEventView), next: last && entries.length === query.limit ? last.seq : null };
}

/** Whose history. */
export type HistorySubject = { readonly serviceId: string } | { readonly agentId: string };

/** A page of the history of an actor. */
export interface History {
  /** In the requested order. */
  readonly steps: readonly Step[];
  /** The state before the oldest of them. */
  readonly initially: Standing;
  /** The `after` (newest first: the `before`) of the following page; null: this is the last one. */
  readonly next: number | null;
}

/** The history of an actor, the latest changes included. Rejects with StoreUnavailableError. */
export async function recentHistory(
  { recorder, ports }: Runtime,
  whose: HistorySubject,
  query: HistoryQuery,
): Promise<History> {
  await recorder.written();
  return historyOf(whose, query, ports.store);
}

/**
 * Reads it from the journal, so it goes back as far as the journal does, across host restarts. Rejects with
 * StoreUnavailableError.
 */
export async function historyOf(
  whose: HistorySubject,
  query: HistoryQuery,
  journal: Pick<ActorStore, 'history'>,
): Promise<History> {
  const groups = 'serviceId' in whose ? [STATE_EVENTS, PROCESS_EVENTS] : [AGENT_EVENTS];
  const ask = (more: HistoryQuery, types: readonly string[]): Promise<readonly JournalEntry[]> =>
    journal.history({ ...more, ...whose, filter: { ...ALL_EVENTS, types } });
  const page = await ask(query, groups.flat());
  const events = query.order === 'newest_first' ? [...page].reverse() : page;
  const before = events[0]?.seq ?? query.before;
  // The last event of each kind determines the state until then.
  const last = await Promise.all(
    groups.map((types) =>
      ask({ after: 0, order: 'newest_first', limit: 1, ...given({ before, until: query.until }) }, types),
    ),
  );
  const earlier = last.flat().sort((one, other) => one.seq - other.seq);
  const initially = stepsOf(earlier, NOT_KNOWN).at(-1) ?? NOT_KNOWN;
  const steps = stepsOf(events, initially);
  return {
    steps: query.order === 'newest_first' ? [...steps].reverse() : steps,
    initially,
    next: page.length === query.limit ? (page.at(-1)?.seq ?? null) : null,
  };
}

/** The wire form of the history of a service. */
export function serviceHistoryView(serviceId: string, { steps, initially, next }: History): ServiceHistoryView {
  return {
    service_id: serviceId,
    initially: { ...stateOf(initially), ...processOf(initially) },
    steps: steps.map((step) => ({ ...stepView(step), ...processOf(step), exit: exitOf(step) })),
    next,
  };
}

/** The wire form of the history of an agent. */
export function agentHistoryView(agentId: string, { steps, initially, next }: History): AgentHistoryView {
  return { agent_id: agentId, initially: stateOf(initially), steps: steps.map(stepView), next };
}

function stateOf({ state, substate }: Standing): Pick<Standing, 'state' | 'substate'> {
  return { state, substate };
}

function processOf({ generation, pid, place }: Standing): Pick<Standing, 'generation' | 'pid' | 'place'> {
  return { generation, pid, place };
}

function stepView(step: Step): AgentHistoryView['steps'][number] {
  const { seq, at, from, type, cause, detail, correlationId } = step.event;
  return {
    ...{ seq, at: isoOf(at), ...stateOf(step) },
    from: type.endsWith('.state_changed') ? from : null,
    ...{ type, cause, reason: textIn(detail, 'reason'), correlation_id: correlationId },
    ...{ why: whyOf(step.event), sentence: describeEvent(step.event) },
  };
}

function exitOf({ event: { type, detail } }: Step): ServiceHistoryView['steps'][number]['exit'] {
  if (type !== 'process.exited') return null;
  const exitClass = textIn(detail, 'class') as ExitClass; // as events of that type have it
  return { code: numberIn(detail, 'code'), signal: textIn(detail, 'signal'), class: exitClass };
}
