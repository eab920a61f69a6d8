import { processWords } from '../../../frontend/words/process.ts';
import type { AgentHistoryView, ServiceHistoryView } from '../../../api/schemas/history.ts';

type ProcessPart = Pick<ServiceHistoryView['steps'][number], 'generation' | 'pid' | 'place' | 'exit'>;

/** One step in the history of a service or an agent; agents have no process. */
export type Step = AgentHistoryView['steps'][number] & Partial<ProcessPart>;

/** The history of a service or an agent, oldest step first. */
export interface History {
  readonly initially: Pick<AgentHistoryView['initially'], 'state'>;
  readonly steps: readonly Step[];
  /** The cursor for older steps in the journal; null: none. */
  readonly next: number | null;
}

/** Causes that come from a command or a configuration change. */
const BY_COMMAND = /^(?:agent|service)\.(?:start|stop|restart|claim|release|configure)$/;

/** What happened, as short as possible. */
export function whatOf({ type, from, state, generation, pid, place, exit, substate }: Step): string {
  switch (type) {
    case 'service.state_changed':
    case 'agent.state_changed':
      return `${from ?? '?'} → ${state ?? '?'}`;
    case 'process.launched':
      return `launched as generation ${generation ?? '?'}, ${processWords({ pid: pid ?? null, place: place ?? null }) ?? 'pid ?'}`;
    case 'process.adopted':
      return `adopted by a new host, ${processWords({ pid: pid ?? null, place: place ?? null }) ?? 'pid ?'}`;
    case 'process.exited':
      return `process ended: ${exit?.signal ?? `code ${exit?.code ?? 'unknown'}`} (${exit?.class ?? '?'})`;
    case 'service.readiness_changed':
      return substate === 'ready' ? 'ready' : 'not ready';
    default:
      return type.replace(/^(?:service|agent)\./, '').replaceAll('_', ' ');
  }
}

/** Whether a step changes the state. */
export function isMove({ type }: Step): boolean {
  return type.endsWith('.state_changed');
}

/** The request that directly caused a step; null: none. */
export function requestOf({ cause, correlation_id: correlationId }: Step): string | null {
  return BY_COMMAND.test(cause) && correlationId !== null ? `request ${correlationId}` : null;
}
