import type { AgentPastView, ServicePastView } from '../../../api/schemas/past.ts';
import type { State } from '../../world/world.ts';

type ProcessPart = Pick<ServicePastView['steps'][number], 'generation' | 'pid' | 'exit'>;

/** One step of the past of a service or an agent; agents have no process. */
export type Step = AgentPastView['steps'][number] & Partial<ProcessPart>;

/** What was the case with a service or an agent, oldest first. */
export interface Past {
  readonly initially: Pick<AgentPastView['initially'], 'state'>;
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

/** What led to a change, where the journal has no reason for it: its cause in words. */
const CAUSES: Readonly<Partial<Record<string, string>>> = {
  'agent.start': 'its agent was told to start',
  'agent.stop': 'its agent was told to stop',
  'service.start': 'a start command',
  'service.stop': 'a stop command',
  'service.restart': 'a restart command',
  'service.claim': 'an agent needs it',
  'service.release': 'nobody needs it any more',
  'service.configure': 'its configuration changed',
  'service.changed': 'a service that it waits for changed',
  'service.recycle': 'a service of its group failed',
  'probe.passed': 'its startup probe passed',
  'probe.failed': 'a probe failed',
  'process.exited': 'its process ended',
  'process.ended': 'its process ended',
  'host.drain': 'the host took its services down',
  'host.resume': 'a new host took over',
  'supervisor.park': 'its actor broke too often',
  'starting.resolving.done': 'the search for its executable ended',
  'starting.launching.done': 'its launch was refused',
  'stopping.terminating.done': 'nothing of its processes is left',
  'stopping.killing.done': 'nothing of its processes is left',
  'stopping.draining.done': 'nothing of its processes is left',
  'failed.missing.done': 'a fitting executable appeared',
  'failed.refused.done': 'another executable appeared',
};

/** What a deadline meant, by the state that it ended. */
const DEADLINES: Readonly<Partial<Record<string, string>>> = {
  'starting → running': 'it lived long enough to count as started',
  'starting → stopping': 'it did not count as started in time',
  'backoff → starting': 'its wait before the next launch was over',
  'failed → starting': 'the time for one more attempt had come',
};

/** Where a cause means something else to an agent than to a service. */
const CAUSES_OF_AGENTS: typeof CAUSES = {
  'agent.start': 'a start command',
  'agent.stop': 'a stop command',
  'agent.configure': 'its configuration changed',
  'service.changed': 'one of its services changed',
};

/** Causes that somebody's command or configuration is behind. */
const BY_COMMAND = /^(?:agent|service)\.(?:start|stop|restart|claim|release|configure)$/;

function whatOf({ type, from, state, generation, pid, exit, substate }: Step): string {
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

/** On the way up a reason speaks of what is still waited for, so the cause is what led to it. */
function whyOf(step: Step, what: string): string | null {
  const { type, cause, reason, state } = step;
  if (!isMove(step)) return reason;
  const own = type.startsWith('agent.') ? CAUSES_OF_AGENTS[cause] : undefined;
  const known = (cause === 'deadline' ? DEADLINES[what] : undefined) ?? own ?? CAUSES[cause] ?? null;
  return state === 'starting' || state === 'running' ? (known ?? reason) : (reason ?? known);
}

/** Whether a step is a change of state, not something that happened within one. */
export function isMove({ type }: Step): boolean {
  return type.endsWith('.state_changed');
}

/** What happened, why, and on whose command, in words. */
export function wordsOf(step: Step): {
  readonly what: string;
  readonly why: string | null;
  readonly who: string | null;
} {
  const { cause, correlation_id: correlationId } = step;
  const isCommand = BY_COMMAND.test(cause) && correlationId !== null;
  const what = whatOf(step);
  return { what, why: whyOf(step, what), who: isCommand ? `request ${correlationId}` : null };
}

/** The states over time, from the oldest of these steps to now; steps are oldest first. */
export function stretchesOf({ initially, steps }: Past, now: number): readonly Stretch[] {
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
