/**
 * The statechart of one service. Its top-level states are the public ones:
 *
 * stopped   idle (as wished) | completed (ended with success) | drained (the host took it down, the wish stays)
 * starting  waiting (for dependencies) > resolving (which file) > launching (the process host is at work) > settling (has to
 *           live for a while), or probing (has to pass its startup probe)
 * running   ready | unready (its readiness probe says that it cannot serve; that never ends it)
 * stopping  terminating > killing (grace is over) | draining | retrying (the tree could not be ended, tried again)
 * backoff   waiting for the next launch
 * failed    exhausted (tries again after `recover_after`) | missing, refused (no fitting file) | abandoned (for good)
 *
 * What follows a stop is what is wished, or, in `aftermath`, what the failure of a probe or of a sibling asks for.
 *
 * Commands, exits, probes and `host.resume` move it. `host.resume` says what is wished and which process exists; it is how an
 * actor restored from a snapshot, whose timers and effects are gone, comes back to work in whatever state it was kept.
 */
import type { Clock } from '../../ports/clock.ts';
import {
  adoptRunning,
  afterEnd,
  askedWhileStopped,
  commandsIn,
  countsAsStarted,
  ofProbe,
  readyAgain,
  recycled,
  report,
  resumeAlive,
  resumeToStop,
  startNow,
  takeResume,
  unreadyAgain,
} from './chart.ts';
import { downwardStates } from './downward.ts';
import { launchRequestOf, queryOf, type ServicePorts } from './effects.ts';
import { invocations } from './invocations.ts';
import { serviceContext } from './record.ts';
import { serviceSetup } from './setup.ts';

/** The version that is kept with every snapshot; goes up with every change of the states (see control/recovery.ts). */
export const SERVICE_MACHINE_VERSION = '2';

/** The statechart of a service over its ports. */
export function createServiceMachine(ports: ServicePorts, clock: Clock) {
  const effects = invocations(clock);
  const { observe, probe } = effects;

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
          idle: { entry: report('stopped'), on: askedWhileStopped(report('stopped')) },
          completed: {
            entry: report('stopped', { isComplete: true }),
            on: askedWhileStopped(report('stopped', { isComplete: true })),
          },
          drained: { entry: report('stopped'), on: askedWhileStopped(report('stopped')) },
        },
        on: {
          'service.stop': { target: '.idle', actions: ['noteOrigin', 'wishStopped'] },
          'service.start': startNow,
          'service.restart': startNow,
          'host.resume': [
            { ...resumeToStop, guard: 'resumesStoppedAlive', actions: ['takeWishes', 'adopt'] },
            { guard: 'resumesStopped', actions: [...takeResume, { type: 'account', params: { of: 'resume' } }] },
            ...resumeAlive,
            ...afterEnd('resume'),
            { guard: 'isCompleted', actions: takeResume },
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
            on: {
              'service.changed': { actions: ['noteDependency', 'explainWaiting'] },
              'service.configure': { target: 'waiting', reenter: true, actions: 'takeSpec' },
            },
            always: { guard: 'dependenciesMet', target: 'resolving' },
          },
          resolving: {
            entry: 'clearReason', // it waits no more
            on: { 'service.configure': { target: 'waiting', actions: 'takeSpec' } },
            invoke: {
              src: 'chooseExecutable',
              input: ({ context }) => queryOf(context),
              onDone: [
                {
                  guard: 'isFound',
                  target: 'launching',
                  actions: 'choose',
                },
                { target: '#service.failed.missing', actions: 'noteMissing' },
              ],
              onError: afterEnd('error'),
            },
          },
          launching: {
            entry: 'noteRevision',
            on: { 'service.recycle': recycled },
            invoke: {
              src: 'launchProcess',
              input: ({ context }) => launchRequestOf(context),
              onDone: [
                {
                  guard: 'isLaunchedUnprobed',
                  target: 'settling',
                  actions: 'launched',
                },
                {
                  guard: 'isLaunched',
                  target: 'probing',
                  actions: 'launched',
                },
                {
                  guard: 'isRefusedForGood',
                  target: '#service.failed.refused',
                  actions: 'noteRefusal',
                },
                ...afterEnd('refusal'),
              ],
              onError: afterEnd('error'),
            },
          },
          settling: {
            invoke: observe,
            after: { untilDeadline: countsAsStarted },
            on: { 'process.exited': afterEnd('exit'), 'service.recycle': recycled },
          },
          probing: {
            invoke: [observe, probe('startup')],
            after: { untilDeadline: { target: '#service.stopping', actions: 'noteStartTimeout' } },
            on: {
              'probe.passed': [
                { guard: 'startsUnready', target: '#service.running.unready' },
                { guard: ofProbe('startup'), target: '#service.running.ready' },
              ],
              'probe.failed': { guard: ofProbe('startup'), target: '#service.stopping', actions: 'noteStartTimeout' },
              'process.exited': afterEnd('exit'),
              'service.recycle': recycled,
            },
          },
        },
        on: {
          ...commandsIn(report('starting')),
          'host.resume': [
            resumeToStop,
            ...resumeAlive,
            ...afterEnd('resume'),
            { target: '.waiting', actions: takeResume },
          ],
        },
      },
      running: {
        entry: ['enterRunning', 'noteStarted'],
        initial: 'ready',
        invoke: [observe, probe('liveness'), probe('readiness')],
        states: {
          unready: {
            entry: ['explainUnready', report('running')],
            on: {
              ...commandsIn(report('running')),
              'probe.passed': { guard: ofProbe('readiness'), target: 'ready', actions: 'noteReady' },
            },
          },
          ready: {
            entry: report('running', { isReady: true }),
            on: {
              ...commandsIn(report('running', { isReady: true })),
              'probe.failed': { guard: ofProbe('readiness'), target: 'unready', actions: 'noteUnready' },
            },
          },
        },
        on: {
          'process.exited': afterEnd('exit'),
          'probe.failed': { guard: ofProbe('liveness'), target: '#service.stopping', actions: 'noteAilment' },
          'service.recycle': recycled,
          'service.configure': [
            {
              guard: 'changesProbesWhileReady',
              ...readyAgain,
              actions: 'takeSpec',
            },
            { guard: 'changesProbes', ...unreadyAgain, actions: 'takeSpec' },
            { actions: 'takeSpec' },
          ],
          'host.resume': [
            resumeToStop,
            resumeAlive[0],
            { guard: 'resumesReady', ...readyAgain, actions: adoptRunning },
            { guard: 'resumesAlive', ...unreadyAgain, actions: adoptRunning },
            ...afterEnd('resume'),
            { target: 'starting', actions: takeResume },
          ],
        },
      },
      ...downwardStates(effects),
    },
  });
}
