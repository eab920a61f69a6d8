import type { AgentHistoryView, ServiceHistoryView } from '../../../api/schemas/history.ts';
import type { State } from '../../world/world.ts';

type ProcessPart = Pick<ServiceHistoryView['steps'][number], 'generation' | 'pid' | 'exit'>;

/** One step of the past of a service or an agent; agents have no process. */
export type Step = AgentHistoryView['steps'][number] & Partial<ProcessPart>;

/** What was the case with a service or an agent, oldest first. */
export interface History {
  readonly initially: Pick<AgentHistoryView['initially'], 'state'>;
  readonly steps: readonly Step[];
  /** Where the journal goes on further back; null: nowhere. */
  readonly next: number | null;
}

/** A stretch of time in one state. */
export interface Stretch {
  readonly state: State | null;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** Causes that somebody's command or configuration is behind. */
const BY_COMMAND = /^(?:agent|service)\.(?:start|stop|restart|claim|release|configure)$/;

/** What happened, in as few words as a row has room for. */
export function whatOf({ type, from, state, generation, pid, exit, substate }: Step): string {
  switch (type) {
    case 'service.state_changed':
    case 'agent.state_changed':
      return `${from ?? '?'} → ${state ?? '?'}`;
    case 'process.launched':
      return `launched as generation ${generation ?? '?'}, pid ${pid ?? '?'}`;
    case 'process.adopted':
      return `adopted by a new host, pid ${pid ?? '?'}`;
    case 'process.exited':
      return `process ended: ${exit?.signal ?? `code ${exit?.code ?? 'unknown'}`} (${exit?.class ?? '?'})`;
    case 'service.readiness_changed':
      return substate === 'ready' ? 'ready to serve' : 'not ready to serve';
    default:
      return type.replace(/^(?:service|agent)\./, '').replaceAll('_', ' ');
  }
}

/** Whether a step is a change of state, not something that happened within one. */
export function isMove({ type }: Step): boolean {
  return type.endsWith('.state_changed');
}

/** Whose command a step follows from at once; null: it follows from none. */
export function whoOf({ cause, correlation_id: correlationId }: Step): string | null {
  return BY_COMMAND.test(cause) && correlationId !== null ? `request ${correlationId}` : null;
}

/** The states over time, from the oldest of these steps to now; steps are oldest first. */
export function stretchesOf({ initially, steps }: History, now: number): readonly Stretch[] {
  const changes = steps.filter(isMove);
  const [first] = steps;
  if (first === undefined) return [];
  const stretches: Stretch[] = [];
  let state = initially.state;
  let from = Date.parse(first.at);
  for (const change of changes) {
    const at = Date.parse(change.at);
    if (at > from) stretches.push({ state, from, to: at });
    state = change.state;
    from = at;
  }
  return [...stretches, { state, from, to: Math.max(now, from) }];
}
