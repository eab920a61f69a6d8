import type { ProbeKind } from '../../model/probe.ts';
import type { Clock } from '../../ports/clock.ts';
import { afterEnd } from './chart.ts';
import { probeOrderOf, queryOf } from './effects.ts';
import type { ServiceContext } from './record.ts';

export interface InContext {
  readonly context: ServiceContext;
}

/** The effects as states invoke them: what they are given, and where their end leads. */
export function invocations(clock: Clock) {
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
  const stopThenAsWished = {
    ...stopTree,
    onDone: [
      ...afterEnd('ailment'),
      { guard: 'isRecycled', target: '#service.starting', actions: ['noteStopped', 'launchAgain'] },
      { guard: 'wantsRunning', target: '#service.starting', actions: ['noteStopped', 'refresh'] },
      { target: '#service.stopped.idle', actions: 'noteStopped' },
    ],
  } as const;

  const awaitExecutable = {
    src: 'awaitExecutable',
    input: ({ context }: InContext) => ({
      query: queryOf(context),
      refused: context.executable?.fingerprint ?? null,
    }),
    onDone: { target: '#service.starting' },
    onError: afterEnd('error'),
  } as const;

  return { observe, probe, stopTree, stopThenAsWished, awaitExecutable };
}
