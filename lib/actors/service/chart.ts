import type { LaunchOutcome } from '../../model/process.ts';
import type { PublicState } from '../../model/views.ts';
import { endOfError, endOfExit, endOfRefusal, type End } from './endings.ts';
import type { ServiceEvent } from './events.ts';
import type { ServiceContext } from './record.ts';

/** What the parameters of a guard or action are computed from. */
export interface Args<Event> {
  readonly context: ServiceContext;
  readonly event: Event;
}

/** What an effect came back with. */
export const outputOf = <Output>({ event }: { event: { output: Output } }) => event.output;
export const exitOf = ({ context, event }: Args<ServiceEvent>) => endOfExit(context, event);
export const errorOf = ({ context, event }: Args<{ error: unknown }>) => endOfError(context, event.error);
export const refusalOf = ({ event: { output } }: Args<{ output: LaunchOutcome }>) =>
  output.type === 'refused' ? endOfRefusal(output.failure, output.generation) : null;

/** Tells the watchers which state this is. */
export function report(state: PublicState) {
  return { type: 'report', params: { state } } as const;
}

/** Where the policy leads after an end; `endOf` finds the end in the event, null takes no branch. */
export function afterEnd<Event>(endOf: (args: Args<Event>) => End | null) {
  const judge = { type: 'judge', params: endOf } as const;
  const actions = ['forgetOrigin', 'takeWishes', judge] as const;
  return [
    { guard: { type: 'completes', params: endOf }, target: '#service.stopped.completed', actions },
    { guard: { type: 'givesUp', params: endOf }, target: '#service.failed.exhausted', actions },
    { guard: { type: 'retries', params: endOf }, target: '#service.backoff', actions },
  ] as const;
}

/** What every state with something to stop answers to commands in the same way. */
export function commandsIn(state: PublicState) {
  return {
    'service.watch': { actions: ['watch', report(state)] },
    'service.claim': [
      {
        guard: 'isNewHolder',
        actions: ['noteOrigin', 'claim', 'watch', report(state)],
      },
      { actions: ['watch', report(state)] },
    ],
    'service.release': [
      { guard: 'isLastHolder', target: '#service.stopping', actions: ['noteOrigin', 'dropHolder', 'wishStopped'] },
      { actions: ['dropHolder', report(state)] },
    ],
    'service.start': { actions: ['noteOrigin', 'wishRunning'] },
    'service.stop': { target: '#service.stopping', actions: ['noteOrigin', 'wishStopped'] },
    'service.restart': { target: '#service.stopping', actions: ['noteOrigin', 'wishRunning', 'refresh'] },
    'host.drain': { target: '#service.stopping.draining' },
  } as const;
}

/** A command that does not wait for timers. */
export const startNow = {
  target: '#service.starting',
  actions: ['noteOrigin', 'wishRunning', 'refresh'],
} as const;

/** The wish became `stopped` while no host lived. */
export const resumeToStop = {
  guard: 'resumesStopped',
  target: '#service.stopping',
  actions: ['takeWishes', 'takeFacts'],
} as const;

/** A live process was found: it is adopted and has to live through what is left of its settle time. */
export const resumeAlive = {
  guard: 'resumesAlive',
  target: '#service.starting.settling',
  actions: ['takeWishes', 'adopt'],
} as const;

export const takeResume = ['takeWishes', 'takeFacts'] as const;
