import type { ProcessFacts } from '../../model/process.ts';
import type { Clock } from '../../ports/clock.ts';
import { afterEnd, errorOf, type Args } from './chart.ts';
import { queryOf } from './effects.ts';
import { endOfResume } from './endings.ts';
import type { ServiceEvent } from './events.ts';
import type { ServiceContext } from './record.ts';

/** The effects as states invoke them: what they are given, and where their end leads. */
export function invocations(clock: Clock) {
  const resumeOf = ({ context, event }: Args<ServiceEvent>) =>
    event.type === 'host.resume' ? endOfResume(context, event, clock.now()) : null;
  const observe = {
    src: 'observeProcess',
    input: ({ context }: { context: ServiceContext }) => ({ launchId: context.launch?.launchId ?? null }),
  } as const;
  const stopTree = {
    src: 'stopTree',
    input: ({ context: { spec, deadlineAt } }: { context: ServiceContext }) => ({
      serviceId: spec.id,
      stop: { signal: spec.stop.signal, graceMs: Math.max(0, (deadlineAt ?? clock.now()) - clock.now()) },
    }),
    onError: { target: '#service.stopping.retrying' },
  } as const;
  const noteStopped = {
    type: 'noteStopped',
    params: ({ event }: { event: { output: ProcessFacts | null } }) => event.output,
  } as const;
  const stopThenAsWished = {
    ...stopTree,
    onDone: [
      { guard: 'wantsRunning', target: '#service.starting', actions: [noteStopped, 'refresh'] },
      { target: '#service.stopped.idle', actions: noteStopped },
    ],
  } as const;

  const awaitExecutable = {
    src: 'awaitExecutable',
    input: ({ context }: { context: ServiceContext }) => ({
      query: queryOf(context),
      refused: context.executable?.fingerprint ?? null,
    }),
    onDone: { target: '#service.starting' },
    onError: afterEnd(errorOf),
  } as const;

  return { resumeOf, observe, stopTree, stopThenAsWished, noteStopped, awaitExecutable };
}
