import { judgeEnding } from '../policy/restart.ts';
import { spokenDuration } from '../values/duration.ts';
import type { Instant } from '../values/time.ts';
import { awaited } from './reason.ts';
import { dottedState, countedRestarts, type Situation } from './situation.ts';
import { consequence } from './verdict-words.ts';

/** Something that happens next: at an instant, or (null) as soon as its condition is met. */
export interface Pending {
  readonly what: string;
  readonly at: Instant | null;
  /** A sentence without capital and full stop. */
  readonly clause: string;
}

/** What ends the current state, its timer first; empty if only a command or an exit does. */
export function pendingForState(situation: Situation, now: Instant): readonly Pending[] {
  const { spec, deadlineAt: at, awaits } = situation;
  const left = at === null ? 'a moment' : spokenDuration(Math.max(0, at - now));
  switch (dottedState(situation)) {
    case 'starting.waiting':
      return [{ what: 'dependency', at: null, clause: `it starts as soon as ${awaits.map(awaited).join(' and ')}` }];
    case 'starting.resolving':
      return [{ what: 'launch', at: null, clause: 'it is launched as soon as its executable has been chosen' }];
    case 'starting.launching':
      return [{ what: 'launch', at: null, clause: 'its process runs as soon as the current launch completes' }];
    case 'starting.settling':
      return [{ what: 'running', at, clause: `it counts as started in ${left} if it is still running` }];
    case 'starting.probing':
      return [
        { what: 'start timeout', at, clause: `its process is stopped in ${left} unless its startup probe passes` },
      ];
    case 'running.unready':
      return [{ what: 'ready', at: null, clause: 'it becomes ready as soon as its readiness probe passes' }];
    case 'stopping.terminating':
    case 'stopping.draining':
      return [{ what: 'kill', at, clause: `SIGKILL follows in ${left} if it has not exited` }, afterStop(situation)];
    case 'stopping.killing':
      return [afterStop(situation)];
    case 'stopping.retrying':
      return [{ what: 'stop', at: null, clause: 'the stop is retried within 1 s' }, afterStop(situation)];
    case 'backoff.waiting':
      return [{ what: 'start', at, clause: `the next launch is in ${left}` }, ifThatFails(situation, at ?? now)];
    case 'backoff.blocked':
      return [{ what: 'start', at: null, clause: 'it is launched as soon as the host can launch services again' }];
    case 'failed.exhausted':
      if (at === null) return [];
      return [{ what: 'recovery', at, clause: `one recovery attempt is made in ${left}` }, ifThatFails(situation, at)];
    case 'failed.missing':
      return [
        {
          what: 'executable',
          at: null,
          clause: `it starts as soon as an executable "${spec.executable}" is available`,
        },
      ];
    case 'failed.refused': {
      const file = { what: 'executable', at: null, clause: 'it starts as soon as a different executable is available' };
      return at === null ? [file] : [{ what: 'recovery', at, clause: `one recovery attempt is made in ${left}` }, file];
    }
    default:
      return [];
  }
}

/** When earlier failures and restarts stop counting, if there are any. */
export function pendingForBudget(situation: Situation, now: Instant): readonly Pending[] {
  const { spec, state, startedAt, budget } = situation;
  const pending: Pending[] = [];
  if (state === 'stopped') return pending;
  const { resetAfterMs } = spec.restart.backoff;
  const isUp = state === 'running' && startedAt !== null && budget.failures > 0;
  if (isUp && startedAt + resetAfterMs > now) {
    const at = startedAt + resetAfterMs;
    const clause = `its restart delay resets in ${spokenDuration(at - now)} if it stays up`;
    pending.push({ what: 'backoff reset', at, clause });
  }
  const counted = countedRestarts(situation, now);
  const oldest = counted[0];
  const { intensity } = spec.restart;
  if (oldest !== undefined && intensity !== null) {
    const at = oldest + intensity.periodMs;
    const { maxRestarts } = intensity;
    const restarts = counted.length === 1 ? '1 restart counts' : `${counted.length} restarts count`;
    const clause = `${restarts} against the limit of ${maxRestarts}; the oldest expires in ${spokenDuration(at - now)}`;
    pending.push({ what: 'restart budget', at, clause });
  }
  return pending;
}

function afterStop({ intended, substate, afterStop }: Situation): Pending {
  const pending = (clause: string): Pending => ({ what: 'after the stop', at: null, clause });
  if (substate === 'draining') {
    return pending(intended === 'running' ? 'then it stays down until the next host starts it' : 'then it is down');
  }
  if (intended === 'stopped') return pending('then it is down, as intended');
  return pending(afterStop?.type === 'judge' ? 'then its restart policy decides' : 'then it is launched again');
}

/** Assumes that the next launch exits before it counts as started. */
function ifThatFails({ spec, budget, attempt, state, fallback }: Situation, at: Instant): Pending {
  const past = { budget, attempt: state === 'failed' ? 'recovery' : attempt, hasFallback: fallback !== null } as const;
  const verdict = judgeEnding(spec.restart, { class: 'code', uptimeMs: null }, past, { now: at, random: 0.5 });
  const clause = `if that fails too, it will ${consequence(verdict, spec.restart, fallback)}`;
  return { what: 'if that fails', at: null, clause };
}
