/**
 * The statechart of one service. Its top-level states are the public ones:
 *
 * stopped   idle (as wished) | completed (ended with success) | drained (the host took it down, the wish stays)
 * starting  waiting (for dependencies) > resolving (which file) > launching (the process host is at work) > settling
 * running   ready
 * stopping  terminating > killing (grace is over) | draining | retrying (the tree could not be ended, tried again)
 * backoff   waiting for the next launch
 * failed    exhausted (tries again after `recover_after`) | missing, refused (no fitting file) | abandoned (for good)
 *
 * Commands, exits and `host.resume` move it. `host.resume` says what is wished and which process exists; it is how an
 * actor restored from a snapshot, whose timers and effects are gone, comes back to work in whatever state it was kept.
 */
import { and, stateIn } from 'xstate';
import type { Clock } from '../../ports/clock.ts';
import {
  afterEnd,
  commandsIn,
  errorOf,
  exitOf,
  outputOf,
  refusalOf,
  report,
  resumeAlive,
  resumeToStop,
  startNow,
  takeResume,
} from './chart.ts';
import { launchRequestOf, queryOf, type ServicePorts } from './effects.ts';
import { invocations } from './invocations.ts';
import { serviceContext } from './record.ts';
import { serviceSetup } from './setup.ts';

/** The version that is kept with every snapshot; goes up with every change of the states (see control/recovery.ts). */
export const SERVICE_MACHINE_VERSION = '1';

/** The statechart of a service over its ports. */
export function createServiceMachine(ports: ServicePorts, clock: Clock) {
  const { resumeOf, observe, stopTree, stopThenAsWished, noteStopped, awaitExecutable } = invocations(clock);
  const resumeInFailed = [resumeToStop, resumeAlive, ...afterEnd(resumeOf)] as const;

  return serviceSetup(ports, clock).createMachine({
    id: 'service',
    version: SERVICE_MACHINE_VERSION,
    context: ({ input }) => serviceContext(input, clock.now()),
    initial: 'stopped',
    on: { 'service.changed': { actions: 'noteDependency' }, 'service.configure': { actions: 'takeSpec' } },
    states: {
      stopped: {
        entry: ['enter', 'clearDeadline'],
        initial: 'idle',
        states: {
          idle: { entry: report('stopped') },
          completed: { entry: { type: 'report', params: { state: 'stopped', isComplete: true } } },
          drained: { entry: report('stopped') },
        },
        on: {
          'service.watch': { actions: ['watch', report('stopped')] },
          'service.claim': [
            {
              guard: 'isNewHolder',
              target: 'starting',
              actions: ['noteOrigin', 'claim', 'watch', 'refresh'],
            },
            { actions: ['watch', report('stopped')] },
          ],
          'service.release': [
            { guard: 'isLastHolder', target: '.idle', actions: ['noteOrigin', 'dropHolder', 'wishStopped'] },
            { actions: ['dropHolder', report('stopped')] },
          ],
          'service.stop': { target: '.idle', actions: ['noteOrigin', 'wishStopped'] },
          'service.start': startNow,
          'service.restart': startNow,
          'host.resume': [
            { ...resumeToStop, guard: and(['resumesStopped', 'resumesAlive']), actions: ['takeWishes', 'adopt'] },
            { guard: 'resumesStopped', actions: [...takeResume, { type: 'account', params: resumeOf }] },
            resumeAlive,
            ...afterEnd(resumeOf),
            { guard: stateIn({ stopped: 'completed' }), actions: takeResume },
            { target: 'starting', actions: takeResume },
          ],
          'supervisor.park': { target: 'failed.abandoned', actions: 'park' },
        },
      },
      starting: {
        entry: ['enter', 'clearReason', report('starting')],
        initial: 'waiting',
        states: {
          waiting: {
            entry: ['clearDeadline', 'forgetDependencies', 'watchDependencies', 'explainWaiting'],
            on: { 'service.changed': { actions: ['noteDependency', 'explainWaiting'] } },
            always: { guard: 'dependenciesMet', target: 'resolving' },
          },
          resolving: {
            entry: 'clearReason', // it waits no more
            invoke: {
              src: 'chooseExecutable',
              input: ({ context }) => queryOf(context),
              onDone: [
                {
                  guard: { type: 'isFound', params: outputOf },
                  target: 'launching',
                  actions: { type: 'choose', params: outputOf },
                },
                { target: '#service.failed.missing', actions: { type: 'noteMissing', params: outputOf } },
              ],
              onError: afterEnd(errorOf),
            },
          },
          launching: {
            invoke: {
              src: 'launchProcess',
              input: ({ context }) => launchRequestOf(context),
              onDone: [
                {
                  guard: { type: 'isLaunched', params: outputOf },
                  target: 'settling',
                  actions: { type: 'launched', params: outputOf },
                },
                {
                  guard: { type: 'isRefusedForGood', params: outputOf },
                  target: '#service.failed.refused',
                  actions: { type: 'noteRefusal', params: outputOf },
                },
                ...afterEnd(refusalOf),
              ],
              onError: afterEnd(errorOf),
            },
          },
          settling: {
            invoke: observe,
            after: { untilDeadline: '#service.running' },
            on: { 'process.exited': afterEnd(exitOf) },
          },
        },
        on: {
          ...commandsIn('starting'),
          'host.resume': [
            resumeToStop,
            resumeAlive,
            ...afterEnd(resumeOf),
            { target: '.waiting', actions: takeResume },
          ],
        },
      },
      running: {
        entry: ['enter', 'noteStarted', report('running')],
        initial: 'ready',
        states: {
          ready: { invoke: observe, on: { 'process.exited': afterEnd(exitOf) } },
        },
        on: {
          ...commandsIn('running'),
          'host.resume': [
            resumeToStop,
            { ...resumeAlive, target: '.ready', actions: ['takeWishes', 'adopt', 'clearDeadline'] },
            ...afterEnd(resumeOf),
            { target: 'starting', actions: takeResume },
          ],
        },
      },
      stopping: {
        entry: ['enter', 'startGrace', report('stopping')],
        initial: 'terminating',
        states: {
          terminating: { invoke: stopThenAsWished, after: { untilDeadline: 'killing' } },
          killing: { invoke: stopThenAsWished },
          retrying: { entry: 'explainStopRetry', after: { stopRetry: 'killing' } },
          draining: {
            invoke: {
              ...stopTree,
              onDone: [
                { guard: 'wantsRunning', target: '#service.stopped.drained', actions: noteStopped },
                { target: '#service.stopped.idle', actions: noteStopped },
              ],
            },
          },
        },
        on: {
          ...commandsIn('stopping'),
          'service.release': [
            { guard: 'isLastHolder', actions: ['noteOrigin', 'dropHolder', 'wishStopped', report('stopping')] },
            { actions: ['dropHolder', report('stopping')] },
          ],
          'service.start': { actions: ['noteOrigin', 'wishRunning'] },
          'service.stop': { actions: ['noteOrigin', 'wishStopped', report('stopping')] },
          'service.restart': { actions: ['noteOrigin', 'wishRunning'] },
          'host.drain': { target: '.draining' },
          'host.resume': { target: '.terminating', actions: takeResume },
        },
      },
      backoff: {
        entry: ['enter', report('backoff')],
        initial: 'waiting',
        states: {
          waiting: { after: { untilDeadline: '#service.starting' } },
        },
        on: {
          ...commandsIn('backoff'),
          'service.start': startNow,
          'service.restart': startNow,
          'host.resume': [
            resumeToStop,
            resumeAlive,
            ...afterEnd(resumeOf),
            { target: '.waiting', actions: takeResume },
          ],
        },
      },
      failed: {
        entry: ['enter', report('failed')],
        initial: 'exhausted',
        states: {
          exhausted: {
            after: { untilDeadline: { guard: 'recovers', target: '#service.starting', actions: 'beginRecovery' } },
            on: { 'host.resume': [...resumeInFailed, { target: 'exhausted', reenter: true, actions: takeResume }] },
          },
          missing: {
            invoke: awaitExecutable,
            on: { 'host.resume': [...resumeInFailed, { target: 'missing', reenter: true, actions: takeResume }] },
          },
          refused: {
            invoke: awaitExecutable,
            after: { untilDeadline: { guard: 'recovers', target: '#service.starting', actions: 'beginRecovery' } },
            on: { 'host.resume': [...resumeInFailed, { target: 'refused', reenter: true, actions: takeResume }] },
          },
          abandoned: {},
        },
        on: {
          ...commandsIn('failed'),
          'service.start': startNow,
          'service.restart': startNow,
          'host.resume': [
            resumeToStop,
            resumeAlive,
            ...afterEnd(resumeOf),
            { target: 'starting', actions: takeResume },
          ],
        },
      },
    },
  });
}
