import type { LaunchStatus } from '../../model/process.ts';
import type { Instant } from '../../model/values/time.ts';
import type { ServiceContext } from './context.ts';
import type { ResumedIntention, ResumeEvent } from './events.ts';
import { unreportedExit } from './exits.ts';

/**
 * What a host that came back tells a service: one of five events, decided from what the actor knew last, what is intended now, and
 * which process exists. Decide and send in one turn, so that the context is still the one that was looked at.
 *
 * resume.stopped   it is to be stopped, whatever lives
 * resume.outdated  its process lives, and a restart was accepted that has not been carried out: end it, launch again
 * resume.alive     its process lives: adopt it
 * resume.ended     its process ended, and the end is not accounted for yet: judge it
 * resume.waiting   nothing lives and nothing is to be accounted for: it goes on waiting, or starts
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
