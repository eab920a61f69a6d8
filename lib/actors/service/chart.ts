import type { ProbeKind } from '../../model/probe.ts';
import type { PublicState } from '../../model/states.ts';
import type { Told, Wait } from './changes.ts';
import type { OfEnd } from './ends.ts';

/** Tells the watchers which state this is. */
export function report(state: PublicState, more: Omit<Told, 'state'> = {}) {
  return { type: 'report', params: { state, ...more } } as const;
}

/** The guard for what a probe of that kind says of the live launch. */
export function ofProbe(probe: ProbeKind) {
  return { type: 'isOfProbe', params: { probe } } as const;
}

/** Where the policy leads after an end; an event that tells of none takes no branch. */
export function afterEnd(of: OfEnd['of']) {
  const params = { of };
  const judge = { type: 'judge', params } as const;
  const actions = ['forgetOrigin', 'takeWishes', judge] as const;
  return [
    { guard: { type: 'completes', params }, target: '#service.stopped.completed', actions },
    { guard: { type: 'fallsBack', params }, target: '#service.starting', actions },
    { guard: { type: 'givesUp', params }, target: '#service.failed.exhausted', actions },
    { guard: { type: 'retries', params }, target: '#service.backoff', actions },
  ] as const;
}

/** What every state with something to stop answers to commands in the same way; `tell` reports the state. */
export function commandsIn(tell: ReturnType<typeof report>) {
  return {
    'service.watch': { actions: ['watch', tell] },
    'service.claim': [
      {
        guard: 'isNewHolder',
        actions: ['noteOrigin', 'claim', 'watch', tell],
      },
      { actions: ['watch', tell] },
    ],
    'service.release': [
      { guard: 'isLastHolder', target: '#service.stopping', actions: ['noteOrigin', 'dropHolder', 'wishStopped'] },
      { actions: ['dropHolder', tell] },
    ],
    'service.start': { actions: ['noteOrigin', 'wishRunning'] },
    'service.stop': { target: '#service.stopping', actions: ['noteOrigin', 'wishStopped'] },
    'service.restart': { target: '#service.stopping', actions: ['noteOrigin', 'wishRunning', 'refresh'] },
    'host.drain': { target: '#service.stopping.draining' },
  } as const;
}

/** What a service without a process answers to the others who ask how it is. */
export function askedWhileStopped(tell: ReturnType<typeof report>) {
  return {
    'service.watch': { actions: ['watch', tell] },
    'service.claim': [
      { guard: 'isNewHolder', target: '#service.starting', actions: ['noteOrigin', 'claim', 'watch', 'refresh'] },
      { actions: ['watch', tell] },
    ],
    'service.release': [
      {
        guard: 'isLastHolder',
        target: '#service.stopped.idle',
        reenter: true, // from idle to idle too: who waits for the release is told
        actions: ['noteOrigin', 'dropHolder', 'wishStopped'],
      },
      { actions: ['dropHolder', tell] },
    ],
  } as const;
}

/** A command that does not wait for timers. */
export const startNow = {
  target: '#service.starting',
  actions: ['noteOrigin', 'wishRunning', 'refresh'],
} as const;

/** The same where a process may live that is not supervised. */
export const endThenStart = { ...startNow, target: '#service.stopping' } as const;

/** A failure in the group of this service: what is launched, or may be, is ended and launched anew. */
export const recycled = { target: '#service.stopping', actions: ['forgetOrigin', 'recycle'] } as const;

/** Waits that a spec ends with which the next launch would be another one. */
export const configuredWhileDown = [
  { guard: 'changesLaunch', target: '#service.starting', actions: ['takeSpec', 'refresh'] },
  { actions: 'takeSpec' },
] as const;

/** It counts as started; whether it can serve is for its readiness probe to say. */
export const countsAsStarted = [
  { guard: 'hasReadinessProbe', target: '#service.running.unready' },
  { target: '#service.running.ready' },
] as const;

/** The wish became `stopped` while no host lived. */
export const resumeToStop = {
  guard: 'resumesStopped',
  target: '#service.stopping',
  actions: ['takeWishes', 'takeFacts'],
} as const;

/** A live process was found: it is adopted and has to live through what is left of its time to start. */
export const resumeAlive = [
  // A restart was accepted, and the host died before it was done.
  { guard: 'resumesOutdated', target: '#service.stopping', actions: ['takeWishes', 'adopt', 'refresh'] },
  { guard: 'resumesProbed', target: '#service.starting.probing', actions: ['takeWishes', 'adopt'] },
  { guard: 'resumesAlive', target: '#service.starting.settling', actions: ['takeWishes', 'adopt'] },
] as const;

export const takeResume = ['takeWishes', 'takeFacts'] as const;
export const resumeWait = (wait: Wait) => [...takeResume, { type: 'boundDeadline', params: { wait } }] as const;
export const adoptRunning = ['takeWishes', 'adopt', 'clearDeadline'] as const;

/** Into `running` anew, with observer and probes, and as ready as before. */
export const readyAgain = { target: '#service.running.ready', reenter: true } as const;
export const unreadyAgain = { target: '#service.running.unready', reenter: true } as const;
