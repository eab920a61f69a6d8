/**
 * The statechart of one service. Its top-level states are the public ones:
 *
 * stopped   idle (as intended) | completed (exited successfully) | drained (the host stopped it, the intention stays)
 * starting  waiting (for dependencies) > resolving (which file) > launching (the process host is launching it)
 *           > settling (has to stay up for a while), or probing (has to pass its startup probe)
 * running   ready | unready (its readiness probe says that it cannot serve; this never stops it)
 * stopping  terminating > killing (grace period is over) | draining | retrying (the tree could not be stopped)
 * backoff   judging (decides what follows an end; left immediately) > waiting for the next launch
 *           | blocked (the host can launch nothing at present)
 * failed    exhausted (tries again after `recover_after`) | missing, refused (no matching file)
 *           | abandoned (permanently)
 *
 * Every end of a process, a launch or an effect leads to `backoff.judging`: the only place that decides about a
 * restart. A stop is followed by whatever is intended, or by `afterStop`: what a failed probe or a failed sibling
 * requires.
 *
 * Commands, exits, probes and `resume.*` drive it. The root handles each command and each resume as most states do; a
 * state lists those that it handles differently. `resume.*` says what is intended and which process exists; it is how
 * an actor restored from a snapshot, whose timers and effects are gone, resumes work from whatever state was stored
 * (resume.ts).
 */
import type { Clock } from '../../ports/clock.ts';
import { serviceContext } from './context.ts';
import type { ServicePorts } from './effects.ts';
import { serviceSetup } from './setup.ts';
import {
  acknowledged,
  adoptRunning,
  adoptWhileDown,
  configuredWhileDown,
  configuredWhileStarting,
  countsAsStarted,
  endThenStart,
  alreadyStarting,
  invocations,
  judge,
  judgeAny,
  launchedAtOnce,
  leadsTo,
  ofProbe,
  pinnedWhileDown,
  readyAgain,
  restartedWithGroup,
  report,
  resumeWait,
  startNow,
  takeResume,
  unreadyAgain,
} from './transitions.ts';

/**
 * The version stored with every snapshot; raise it with every change of the states (see control/recovery/recovery.ts).
 */
export const SERVICE_MACHINE_VERSION = '3';

/** The statechart of a service over its ports. */
export function createServiceMachine(ports: ServicePorts, clock: Clock) {
  const { observe, startupProbe, stopTree, stopThenAsIntended, ...launching } = invocations(clock);
  const { chooseExecutable, launchProcess, awaitExecutable, watchObstacles } = launching;

  return serviceSetup(ports, clock).createMachine({
    id: 'service',
    version: SERVICE_MACHINE_VERSION,
    context: ({ input }) => serviceContext(input, clock.now()),
    initial: 'stopped',
    on: {
      'service.hold': [
        { guard: 'isNewHolder', actions: ['noteOrigin', 'addHolder', 'watch', 'report'] },
        { actions: ['watch', 'report'] },
      ],
      'service.release': [
        { guard: 'isLastHolder', target: '.stopping', actions: ['noteOrigin', 'dropHolder', 'intendStopped'] },
        { actions: ['dropHolder', 'report'] },
      ],
      'service.start': startNow,
      'service.restart': startNow,
      'service.stop': { target: '.stopping', actions: ['noteOrigin', 'intendStopped'] },
      'service.watch': { actions: ['watch', 'report'] },
      'service.configure': { actions: 'takeSpec' },
      'service.pin': { actions: 'takePin' },
      'service.changed': { actions: 'noteDependency' },
      'process.changed': { guard: 'isOfLaunch', actions: 'takeLaunch' },
      'host.drain': { target: '.stopping.draining' },
      'resume.stopped': { target: '.stopping', actions: takeResume },
      'resume.outdated': { target: '.stopping', actions: ['takeIntention', 'adopt', 'refresh'] },
      'resume.alive': adoptWhileDown,
      'resume.ended': { ...judge, actions: 'takeIntention' },
      'resume.waiting': { target: '.starting', actions: takeResume },
    },
    states: {
      stopped: {
        entry: ['enter', 'clearDeadline'],
        initial: 'idle',
        states: {
          idle: { entry: report('stopped.idle') },
          completed: {
            entry: report('stopped.completed'),
            on: { 'resume.waiting': { actions: takeResume } },
          },
          drained: { entry: report('stopped.drained') },
        },
        on: {
          'service.hold': {
            guard: 'isNewHolder',
            target: 'starting',
            actions: ['noteOrigin', 'addHolder', 'watch', 'refresh'],
          },
          'service.release': {
            guard: 'isLastHolder',
            target: '.idle', // from idle to idle too: actors that wait for the release get a report
            actions: ['noteOrigin', 'dropHolder', 'intendStopped'],
          },
          'service.stop': { target: '.idle', actions: ['noteOrigin', 'intendStopped'] },
          'host.drain': {}, // nothing to stop
          'resume.stopped': [
            { guard: 'findsLive', target: 'stopping', actions: ['takeIntention', 'adopt'] },
            { actions: [...takeResume, 'account', 'report'] },
          ],
          'supervisor.quarantine': { target: 'failed.abandoned', actions: 'quarantine' },
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
            entry: 'clearReason', // it no longer waits
            invoke: {
              ...chooseExecutable,
              onDone: [
                { guard: 'findsOnlyRejected', target: '#service.failed.exhausted', actions: 'giveUp' },
                { guard: 'isFound', target: 'launching', actions: 'choose' },
                { target: '#service.failed.missing', actions: 'noteMissing' },
              ],
            },
            on: {
              'service.configure': { target: 'waiting', actions: 'takeSpec' },
              'service.pin': { target: 'waiting', actions: 'takePin' },
            },
          },
          launching: {
            entry: 'noteRevision',
            invoke: {
              ...launchProcess,
              onDone: [
                ...launchedAtOnce,
                { guard: 'isLaunchedUnprobed', target: 'settling', actions: 'launched' },
                { guard: 'isLaunched', target: 'probing', actions: 'launched' },
                { guard: 'isRefusedForGood', target: '#service.failed.refused', actions: 'noteRefusal' },
                {
                  guard: 'isBlocked',
                  target: '#service.backoff.blocked',
                  actions: ['forgetOrigin', 'noteObstacle', 'enter', report('backoff.blocked')],
                },
                judge,
              ],
            },
            on: { 'service.restart_with_group': restartedWithGroup },
          },
          settling: {
            entry: report('starting.settling'),
            invoke: observe,
            after: { untilDeadline: countsAsStarted },
            on: {
              'process.exited': judgeAny,
              'service.restart_with_group': restartedWithGroup,
              'service.configure': configuredWhileStarting,
            },
          },
          probing: {
            entry: report('starting.probing'),
            invoke: [observe, startupProbe],
            after: { untilDeadline: { target: '#service.stopping', actions: 'noteStartTimeout' } },
            on: {
              'probe.passed': [
                { guard: 'startsUnready', target: '#service.running.unready' },
                { guard: ofProbe('startup'), target: '#service.running.ready' },
              ],
              'probe.failed': { guard: ofProbe('startup'), target: '#service.stopping', actions: 'noteStartTimeout' },
              'probe.missed': { guard: ofProbe('startup'), actions: ['noteMissed', 'report'] },
              'process.exited': judgeAny,
              'service.restart_with_group': restartedWithGroup,
              'service.configure': configuredWhileStarting,
            },
          },
        },
        on: {
          'service.start': alreadyStarting,
          'service.restart': endThenStart,
          'resume.alive': adoptWhileDown, // here, not at the root: it has been starting all along
          'resume.waiting': { target: '.waiting', actions: takeResume },
        },
      },
      running: {
        entry: ['enterRunning', 'noteStarted', 'startProbes'],
        exit: 'endProbes',
        initial: 'ready',
        invoke: observe,
        states: {
          ready: {
            entry: report('running.ready'),
            on: { 'probe.failed': { guard: ofProbe('readiness'), target: 'unready', actions: 'noteUnready' } },
          },
          unready: {
            entry: ['explainUnready', report('running.unready')],
            on: {
              'probe.passed': { guard: ofProbe('readiness'), target: 'ready', actions: 'noteReady' },
              'probe.failed': { guard: ofProbe('readiness'), actions: ['noteUnready', 'report'] },
            },
          },
        },
        on: {
          'process.exited': judgeAny,
          'probe.failed': { guard: ofProbe('liveness'), target: 'stopping', actions: 'noteFailedProbe' },
          'service.restart_with_group': restartedWithGroup,
          'service.start': alreadyStarting,
          'service.restart': endThenStart,
          'service.configure': [
            { guard: 'changesProbesWhileReady', ...readyAgain, actions: 'takeSpec' },
            { guard: 'changesProbes', ...unreadyAgain, actions: 'takeSpec' },
          ],
          'resume.alive': [
            { guard: 'isReady', ...readyAgain, actions: adoptRunning },
            { ...unreadyAgain, actions: adoptRunning },
          ],
        },
      },
      stopping: {
        entry: ['enter', 'startGrace', report('stopping')],
        initial: 'terminating',
        states: {
          terminating: { invoke: stopThenAsIntended, after: { untilDeadline: 'killing' } },
          killing: { invoke: stopThenAsIntended },
          retrying: { entry: 'explainStopRetry', after: { stopRetry: 'killing' } },
          draining: {
            invoke: {
              ...stopTree,
              onDone: [
                { guard: 'wantsRunning', target: '#service.stopped.drained', actions: 'noteStopped' },
                { target: '#service.stopped.idle', actions: 'noteStopped' },
              ],
              onError: { actions: 'explainStopRetry' },
            },
            // Not through `retrying`, after which the intended state is restored. During a stop this is only a
            // reminder.
            after: { stopRetry: { target: 'draining', reenter: true } },
          },
        },
        on: {
          'service.release': {
            guard: 'isLastHolder',
            actions: ['noteOrigin', 'dropHolder', 'intendStopped', 'report'],
          },
          'service.start': { actions: ['noteOrigin', 'intendRunning', 'pardon', 'report'] },
          'service.restart': { actions: ['noteOrigin', 'intendRunning', 'pardon', 'report'] },
          'service.stop': { actions: ['noteOrigin', 'intendStopped', 'pardon', 'report'] },
          'host.drain': { target: '.draining' },
          'resume.*': { target: '.terminating', actions: resumeWait('grace') },
        },
      },
      backoff: {
        exit: 'endAcknowledgement',
        initial: 'waiting',
        states: {
          judging: {
            entry: ['forgetOrigin', 'judge'],
            always: [
              { guard: leadsTo('complete'), target: '#service.stopped.completed' },
              { guard: leadsTo('fall_back'), target: '#service.starting' },
              { guard: leadsTo('give_up'), target: '#service.failed.exhausted' },
              { target: 'waiting', actions: ['enter', report('backoff.waiting')] },
            ],
            exit: 'clearVerdict',
          },
          waiting: {
            after: { untilDeadline: '#service.starting' },
            on: { 'resume.waiting': { target: 'waiting', reenter: true, actions: resumeWait('backoff') } },
          },
          // No attempts in between: a thousand services would keep the host busy with them.
          blocked: {
            invoke: watchObstacles,
            on: {
              'launches.blocked': { actions: ['noteObstacle', 'report'] },
              'launches.unblocked': { target: 'waiting', actions: 'spreadStart' },
            },
          },
        },
        on: {
          'service.configure': configuredWhileDown,
          'service.pin': pinnedWhileDown,
          'service.acknowledge': acknowledged,
        },
      },
      failed: {
        entry: ['enter', report('failed')],
        exit: 'endAcknowledgement',
        initial: 'exhausted',
        states: {
          exhausted: {
            after: { untilDeadline: { guard: 'recovers', target: '#service.starting', actions: 'beginRecovery' } },
            on: { 'resume.waiting': { target: 'exhausted', reenter: true, actions: resumeWait('recovery') } },
          },
          missing: {
            invoke: awaitExecutable,
            on: { 'resume.waiting': { target: 'missing', reenter: true, actions: takeResume } },
          },
          refused: {
            invoke: awaitExecutable,
            after: { untilDeadline: { guard: 'recovers', target: '#service.starting', actions: 'beginRecovery' } },
            on: { 'resume.waiting': { target: 'refused', reenter: true, actions: resumeWait('recovery') } },
          },
          abandoned: {
            on: {
              // Its process, which is no longer supervised, is stopped first.
              'service.start': endThenStart,
              'service.restart': endThenStart,
              'service.configure': { actions: 'takeSpec' },
              'service.pin': { actions: 'takePin' },
            },
          },
        },
        on: {
          'service.configure': configuredWhileDown,
          'service.pin': pinnedWhileDown,
          'service.acknowledge': acknowledged,
        },
      },
    },
  });
}
