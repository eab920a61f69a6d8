import type { Verdict } from '../../model/policy/restart.ts';
import type { ProbeKind } from '../../model/probe.ts';
import type { PublicState, ServiceLeaf } from '../../model/states.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ServiceContext } from './context.ts';
import { launchRequestOf, probeOrderOf, queryOf } from './effects.ts';
import type { Wait } from './updates.ts';

interface InContext {
  readonly context: ServiceContext;
}

/** Tells the watchers that the service enters this state. Without parameters, `report` tells the one that it is in. */
export function report(state: PublicState | ServiceLeaf) {
  return { type: 'report', params: { state } } as const;
}

/** The guard for what a probe of that kind says of the live launch. */
export function ofProbe(probe: ProbeKind) {
  return { type: 'isOfProbe', params: { probe } } as const;
}

/** The guard for where an end leads. */
export function leadsTo(next: Verdict['next']) {
  return { type: 'leadsTo', params: { next } } as const;
}

/** To where every end is judged. */
export const judge = { target: '#service.backoff.judging' } as const;
/** The same, of an event that may tell of an end or not. */
export const judgeAny = { ...judge, guard: 'tellsOfEnd' } as const;

/** A command that does not wait for timers. */
export const startNow = { target: '#service.starting', actions: ['noteOrigin', 'intendRunning', 'refresh'] } as const;
/** The same where a process lives, or may live, that is to be ended first. */
export const endThenStart = { ...startNow, target: '#service.stopping' } as const;
/** A command for what is on its way already. */
export const goOn = { actions: ['noteOrigin', 'intendRunning'] } as const;

/** A failure in the group of this service: what is launched, or may be, is ended and launched anew. */
export const restartedWithGroup = {
  target: '#service.stopping',
  actions: ['forgetOrigin', 'restartWithGroup'],
} as const;

/** Waits that end with a spec that makes the next launch another one. */
export const configuredWhileDown = {
  guard: 'changesLaunch',
  target: '#service.starting',
  actions: ['takeSpec', 'refresh'],
} as const;

/** It counts as started; whether it can serve is for its readiness probe to say. */
export const countsAsStarted = [
  { guard: 'hasReadinessProbe', target: '#service.running.unready' },
  { target: '#service.running.ready' },
] as const;

/** A live process was found: it is adopted and has to live through what is left of its time to start. */
export const adoptWhileDown = [
  { guard: 'resumesProbed', target: '#service.starting.probing', actions: ['takeIntention', 'adopt'] },
  { target: '#service.starting.settling', actions: ['takeIntention', 'adopt'] },
] as const;

export const takeResume = ['takeIntention', 'takeGeneration'] as const;
export const resumeWait = (wait: Wait) => [...takeResume, { type: 'boundDeadline', params: { wait } }] as const;
export const adoptRunning = ['takeIntention', 'adopt', 'clearDeadline'] as const;

/** Into `running` anew, with observer and probes, and as ready as before. */
export const readyAgain = { target: '#service.running.ready', reenter: true } as const;
export const unreadyAgain = { target: '#service.running.unready', reenter: true } as const;

/** The effects as states invoke them, each under its own name: what they are given, and where their end leads. */
export function invocations(clock: Clock) {
  const observe = {
    src: 'observeProcess',
    id: 'observeProcess',
    input: ({ context }: InContext) => ({ launchId: context.launch?.launchId ?? null }),
  } as const;
  const probe = (kind: ProbeKind) =>
    ({ src: 'probeProcess', id: kind, input: ({ context }: InContext) => probeOrderOf(context, kind) }) as const;
  const chooseExecutable = {
    src: 'chooseExecutable',
    id: 'chooseExecutable',
    input: ({ context }: InContext) => queryOf(context),
    onError: judge,
  } as const;
  const launchProcess = {
    src: 'launchProcess',
    id: 'launchProcess',
    input: ({ context }: InContext) => launchRequestOf(context),
    onError: judge,
  } as const;
  const awaitExecutable = {
    src: 'awaitExecutable',
    id: 'awaitExecutable',
    input: ({ context }: InContext) => ({
      query: queryOf(context),
      refused: context.executable?.fingerprint ?? null,
    }),
    onDone: { target: '#service.starting' },
    onError: judge,
  } as const;
  const stopTree = {
    src: 'stopTree',
    id: 'stopTree',
    input: ({ context: { spec, deadlineAt } }: InContext) => ({
      serviceId: spec.id,
      stop: { signal: spec.stop.signal, graceMs: Math.max(0, (deadlineAt ?? clock.now()) - clock.now()) },
    }),
    onError: { target: '#service.stopping.retrying' },
  } as const;
  const stopThenAsIntended = {
    ...stopTree,
    onDone: [
      judgeAny,
      { guard: 'restartsWithGroup', target: '#service.starting', actions: ['noteStopped', 'launchAgain'] },
      { guard: 'wantsRunning', target: '#service.starting', actions: ['noteStopped', 'refresh'] },
      { target: '#service.stopped.idle', actions: 'noteStopped' },
    ],
  } as const;
  return { observe, probe, chooseExecutable, launchProcess, awaitExecutable, stopTree, stopThenAsIntended };
}
