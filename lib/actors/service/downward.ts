import {
  afterEnd,
  commandsIn,
  configuredWhileDown,
  endThenStart,
  report,
  resumeAlive,
  resumeToStop,
  resumeWait,
  startNow,
  takeResume,
} from './chart.ts';
import type { invocations } from './invocations.ts';

/** The states on the way down and at the bottom: `stopping`, `backoff`, `failed` (machine.ts says what they mean). */
export function downwardStates({ stopTree, stopThenAsWished, awaitExecutable }: ReturnType<typeof invocations>) {
  const resumeWhileDown = [resumeToStop, ...resumeAlive, ...afterEnd('resume')] as const;
  return {
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
              { guard: 'wantsRunning', target: '#service.stopped.drained', actions: 'noteStopped' },
              { target: '#service.stopped.idle', actions: 'noteStopped' },
            ],
            onError: { actions: 'explainStopRetry' },
          },
          // Not by way of `retrying`, after which what is wished is launched. A stop under way takes it as a reminder.
          after: { stopRetry: { target: 'draining', reenter: true } },
        },
      },
      on: {
        ...commandsIn(report('stopping')),
        'service.release': [
          { guard: 'isLastHolder', actions: ['noteOrigin', 'dropHolder', 'wishStopped', report('stopping')] },
          { actions: ['dropHolder', report('stopping')] },
        ],
        'service.start': { actions: ['noteOrigin', 'wishRunning', 'pardon', report('stopping')] },
        'service.stop': { actions: ['noteOrigin', 'wishStopped', 'pardon', report('stopping')] },
        'service.restart': { actions: ['noteOrigin', 'wishRunning', 'pardon', report('stopping')] },
        'host.drain': { target: '.draining' },
        'host.resume': { target: '.terminating', actions: resumeWait('grace') },
      },
    },
    backoff: {
      entry: ['enter', report('backoff')],
      initial: 'waiting',
      states: {
        waiting: { after: { untilDeadline: '#service.starting' } },
      },
      on: {
        ...commandsIn(report('backoff')),
        'service.start': startNow,
        'service.restart': startNow,
        'service.configure': configuredWhileDown,
        'host.resume': [...resumeWhileDown, { target: '.waiting', actions: resumeWait('backoff') }],
      },
    },
    failed: {
      entry: ['enter', report('failed')],
      initial: 'exhausted',
      states: {
        exhausted: {
          after: { untilDeadline: { guard: 'recovers', target: '#service.starting', actions: 'beginRecovery' } },
          on: {
            'host.resume': [
              ...resumeWhileDown,
              { target: 'exhausted', reenter: true, actions: resumeWait('recovery') },
            ],
          },
        },
        missing: {
          invoke: awaitExecutable,
          on: { 'host.resume': [...resumeWhileDown, { target: 'missing', reenter: true, actions: takeResume }] },
        },
        refused: {
          invoke: awaitExecutable,
          after: { untilDeadline: { guard: 'recovers', target: '#service.starting', actions: 'beginRecovery' } },
          on: {
            'host.resume': [...resumeWhileDown, { target: 'refused', reenter: true, actions: resumeWait('recovery') }],
          },
        },
        abandoned: {
          on: {
            // Its process, which nobody supervises any more, is ended first.
            'service.start': endThenStart,
            'service.restart': endThenStart,
            'service.configure': { actions: 'takeSpec' },
          },
        },
      },
      on: {
        ...commandsIn(report('failed')),
        'service.start': startNow,
        'service.restart': startNow,
        'service.configure': configuredWhileDown,
        'host.resume': [...resumeWhileDown, { target: 'starting', actions: takeResume }],
      },
    },
  } as const;
}
