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

/** Reports to the watchers that the service enters this state. Without parameters, `report` reports the current one. */
export function report(state: PublicState | ServiceLeaf) {
  return { type: 'report', params: { state } } as const;
}

/** The guard for a probe result of this kind for the live launch. */
export function ofProbe(probe: ProbeKind) {
  return { type: 'isOfProbe', params: { probe } } as const;
}

/** The guard for a verdict. */
export function leadsTo(next: Verdict['next']) {
  return { type: 'leadsTo', params: { next } } as const;
}

/** Goes to the state where every end is judged. */
export const judge = { target: '#service.backoff.judging' } as const;
/** The same for an event that may or may not report an end. */
export const judgeAny = { ...judge, guard: 'reportsEnd' } as const;

/** A start that does not wait for timers. */
export const startNow = { target: '#service.starting', actions: ['noteOrigin', 'intendRunning', 'refresh'] } as const;
/** The same where a process is running, or may be, and has to be stopped first. */
export const endThenStart = { ...startNow, target: '#service.stopping' } as const;
/** A start of what is starting already. */
export const alreadyStarting = { actions: ['noteOrigin', 'intendRunning'] } as const;

/** A failure in this service's group: whatever is launched, or may be, is stopped and launched again. */
export const restartedWithGroup = {
  target: '#service.stopping',
  actions: ['forgetOrigin', 'restartWithGroup'],
} as const;

/** Somebody has seen this failure; the next change of state ends that. */
export const acknowledged = { guard: 'isThisFailure', actions: 'acknowledge' } as const;

/** Waiting states that end when a new spec changes the next launch. */
export const configuredWhileDown = {
  guard: 'changesLaunch',
  target: '#service.starting',
  actions: ['takeSpec', 'refresh'],
} as const;

/** The same for another chosen version. */
export const pinnedWhileDown = {
  guard: 'changesVersion',
  target: '#service.starting',
  actions: ['noteOrigin', 'takePin', 'refresh'],
} as const;

/** It counts as started; its readiness probe decides whether it can serve. */
export const countsAsStarted = [
  { guard: 'hasReadinessProbe', target: '#service.running.unready' },
  { target: '#service.running.ready' },
] as const;

/** The same at once: with a settle time of 0 a launch is a start. */
export const launchedAtOnce = [
  { guard: 'startsAtOnceUnready', target: '#service.running.unready', actions: 'launched' },
  { guard: 'startsAtOnce', target: '#service.running.ready', actions: 'launched' },
] as const;

/** A new spec may change how a process counts as started; any other change is only stored. */
export const configuredWhileStarting = [
  {
    guard: 'changesStartProbed',
    target: '#service.starting.probing',
    reenter: true,
    actions: ['takeSpec', 'restartStart'],
  },
  {
    guard: 'changesStart',
    target: '#service.starting.settling',
    reenter: true,
    actions: ['takeSpec', 'restartStart'],
  },
  { actions: 'takeSpec' },
] as const;

/** A live process was found: it is adopted and has to stay up for the rest of its start time. */
export const adoptWhileDown = [
  { guard: 'resumesProbed', target: '#service.starting.probing', actions: ['takeIntention', 'adopt'] },
  { target: '#service.starting.settling', actions: ['takeIntention', 'adopt'] },
] as const;

export const takeResume = ['takeIntention', 'takeGeneration'] as const;
export const resumeWait = (wait: Wait) => [...takeResume, { type: 'boundDeadline', params: { wait } }] as const;
export const adoptRunning = ['takeIntention', 'adopt', 'clearDeadline'] as const;

/** Re-enters `running`, with observer and probes, and as ready as before. */
export const readyAgain = { target: '#service.running.ready', reenter: true } as const;
export const unreadyAgain = { target: '#service.running.unready', reenter: true } as const;

/** The effects as the states invoke them, by name: their input, and where their results lead. */
export function invocations(clock: Clock) {
  const observe = {
    src: 'observeProcess',
    id: 'observeProcess',
    input: ({ context }: InContext) => ({ launchId: context.launch?.launchId ?? null }),
  } as const;
  const startupProbe = {
    src: 'probeProcess',
    id: 'startup',
    input: ({ context }: InContext) => probeOrderOf(context, 'startup'),
  } as const;
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
  const watchObstacles = {
    src: 'watchObstacles',
    id: 'watchObstacles',
    input: ({ context: { spec } }: InContext) => ({ serviceId: spec.id }),
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
  const launching = { chooseExecutable, launchProcess, awaitExecutable, watchObstacles } as const;
  return { observe, startupProbe, ...launching, stopTree, stopThenAsIntended };
}
