import type { LaunchStatus } from '../../model/process.ts';
import type { Instant } from '../../model/values/time.ts';
import type { ServiceContext } from './context.ts';
import type { ResumedIntention, ResumeEvent } from './events.ts';
import { unreportedExit } from './exits.ts';

/**
 * How a restarted host resumes a service: one of five events, chosen by what the actor last knew, what is intended now,
 * and which process exists. Decide and send in the same turn, so that the context is still current.
 *
 * resume.stopped   it is intended to be stopped, whatever is running
 * resume.outdated  its process is running, but an accepted restart has not been carried out: stop it, launch again
 * resume.alive     its process is running: adopt it
 * resume.ended     its process ended, and the end has not been processed yet: judge it
 * resume.waiting   nothing is running and nothing is left to process: it keeps waiting, or starts
 */
export function resumeOf(
  context: Pick<ServiceContext, 'launch' | 'generation'>,
  intention: ResumedIntention,
  status: LaunchStatus | null,
  now: Instant,
): ResumeEvent {
  const { atLeast, ...resumed } = intention;
  const ended = unreportedExit(context, status, now);
  if (intention.intended === 'stopped') return { type: 'resume.stopped', ...resumed, status, ended };
  if (status?.status === 'alive') {
    return { type: status.generation < atLeast ? 'resume.outdated' : 'resume.alive', ...resumed, status };
  }
  return ended === null
    ? { type: 'resume.waiting', ...resumed, status }
    : { type: 'resume.ended', ...resumed, status, ended };
}
