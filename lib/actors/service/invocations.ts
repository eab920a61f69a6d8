import type { ProbeKind } from '../../model/probe.ts';
import type { ProcessFacts } from '../../model/process.ts';
import type { Clock } from '../../ports/clock.ts';
import { afterEnd, errorOf, type Args } from './chart.ts';
import { probeOrderOf, queryOf } from './effects.ts';
import { endOfAilment, endOfResume } from './endings.ts';
import type { ServiceEvent } from './events.ts';
import type { ServiceContext } from './record.ts';

export interface InContext {
  readonly context: ServiceContext;
}

/** The effects as states invoke them: what they are given, and where their end leads. */
export function invocations(clock: Clock) {
  const resumeOf = ({ context, event }: Args<ServiceEvent>) =>
    event.type === 'host.resume' ? endOfResume(context, event, clock.now()) : null;
  const ailmentOf = ({ context, event }: Args<{ output: ProcessFacts | null }>) =>
    endOfAilment(context, event.output, clock.now());
  const observe = {
    src: 'observeProcess',
    input: ({ context }: InContext) => ({ launchId: context.launch?.launchId ?? null }),
  } as const;
  const probe = (kind: ProbeKind) =>
    ({ src: 'probeProcess', id: kind, input: ({ context }: InContext) => probeOrderOf(context, kind) }) as const;
  const stopTree = {
    src: 'stopTree',
    input: ({ context: { spec, deadlineAt } }: InContext) => ({
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
      ...afterEnd(ailmentOf),
      { guard: 'isRecycled', target: '#service.starting', actions: [noteStopped, 'launchAgain'] },
      { guard: 'wantsRunning', target: '#service.starting', actions: [noteStopped, 'refresh'] },
      { target: '#service.stopped.idle', actions: noteStopped },
    ],
  } as const;

  const awaitExecutable = {
    src: 'awaitExecutable',
    input: ({ context }: InContext) => ({
      query: queryOf(context),
      refused: context.executable?.fingerprint ?? null,
    }),
    onDone: { target: '#service.starting' },
    onError: afterEnd(errorOf),
  } as const;

  return { resumeOf, observe, probe, stopTree, stopThenAsWished, noteStopped, awaitExecutable };
}
