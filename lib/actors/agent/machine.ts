/**
 * The statechart of one agent. Its top-level states are the public ones and follow from the states of its services:
 *
 * stopped   idle (as intended) | drained (the host stopped it, the intention stays)
 * starting, running, backoff, failed   re-evaluated with every report of a service
 * stopping  releasing (dependents first, each once those that need it are gone) | draining
 *
 * Commands, service reports, `host.intention` and `host.resume` drive it. It owns no process: it holds and releases services.
 */
import type { PublicState } from '../../model/states.ts';
import type { Clock } from '../../ports/clock.ts';
import { agentContext } from './context.ts';
import { agentSetup } from './setup.ts';

/**
 * The version stored with every snapshot; raise it with every change of the states (see control/recovery/recovery.ts).
 */
export const AGENT_MACHINE_VERSION = '2';

/** Replaces the plan and releases the services that only the old one names. */
const takePlan = ['releaseDropped', 'takePlan'] as const;
/** The same for an agent that is intended to run: it also holds the services that only the new plan names. */
const takePlanUp = ['noteOrigin', ...takePlan, 'holdServices'] as const;

type UpState = Exclude<PublicState, 'stopped' | 'stopping'>;

/** How a service report changes an agent that is intended to run. */
function judgedExcept(self: PublicState) {
  // The start command explains how it came up, not what happens to it afterwards.
  const actions =
    self === 'starting'
      ? (['restartGroup', 'noteReport', 'explain'] as const)
      : (['forgetOrigin', 'restartGroup', 'noteReport', 'explain'] as const);
  const others = (['failed', 'backoff', 'running', 'starting'] as const).filter((state) => state !== self);
  return [
    { guard: 'isMeantDown', actions: 'noteReport' }, // quarantined while it was intended to be stopped
    ...others.map((state) => ({
      guard: { type: 'becomes', params: { state } } as const,
      target: `#agent.${state}` as const,
      actions,
    })),
    { guard: { type: 'becomes', params: { state: 'stopped' } }, target: '#agent.stopped', actions },
    { actions: ['restartGroup', 'noteReport', 'explain'] },
  ] as const;
}

/** A service that was stopped individually is started again: its agent, still intended to run, follows. */
const judgedAgain = (['failed', 'backoff', 'running', 'starting'] as const).map((state) => ({
  guard: { type: 'becomesAgain', params: { state } } as const,
  target: `#agent.${state}` as const,
  actions: ['noteReport', 'explain'] as const,
}));

/** What the four states of an agent that is intended to run have in common. */
function upState(state: UpState) {
  return {
    entry: 'enter',
    on: {
      'service.changed': judgedExcept(state),
      'agent.start': { actions: ['noteOrigin', 'intendRunning', 'holdServices', 'retryServices'] },
      'agent.configure': [{ guard: 'wantsRunning', actions: [...takePlanUp, 'explain'] }, { actions: takePlan }],
      'agent.stop': { target: '#agent.stopping', actions: ['noteOrigin', 'intendStopped', 'stopSetAside'] },
      'host.drain': { target: '#agent.stopping.draining' },
      'host.resume': [
        { guard: 'resumesRunning', actions: [...takePlan, 'takeIntention', 'holdServices'] },
        { target: '#agent.stopping', actions: ['takeIntention', ...takePlan] },
      ],
    },
  } as const;
}

/** The statechart of an agent. */
export function createAgentMachine(clock: Clock) {
  return agentSetup(clock).createMachine({
    id: 'agent',
    version: AGENT_MACHINE_VERSION,
    context: ({ input }) => agentContext(input, clock.now()),
    initial: 'stopped',
    on: { 'host.intention': { actions: 'takeIntention' } },
    states: {
      stopped: {
        entry: 'enter',
        initial: 'idle',
        states: {
          // If it is intended to run, each of its services was stopped individually; a new one was not.
          idle: { on: { 'agent.configure': { guard: 'wantsRunning', actions: takePlanUp } } },
          drained: {},
        },
        on: {
          'agent.start': {
            target: 'starting',
            actions: ['noteOrigin', ...takePlan, 'intendRunning', 'holdServices', 'retryServices', 'forgetReports'],
          },
          'agent.configure': { actions: takePlan },
          // Each of its services was stopped individually, but it still holds them.
          'agent.stop': { guard: 'wantsRunning', target: 'stopping', actions: ['noteOrigin', 'intendStopped'] },
          'service.changed': [
            ...judgedAgain,
            // It crashed, or its row was lost, while it was releasing its services: it continues releasing them.
            { guard: 'isStillHeld', target: 'stopping', actions: 'noteReport' },
            { actions: 'noteReport' },
          ],
          'host.resume': [
            {
              guard: 'resumesRunning',
              target: 'starting',
              actions: [...takePlan, 'takeIntention', 'forgetReports', 'holdServices'],
            },
            { actions: [...takePlan, 'takeIntention', 'watchServices'] },
          ],
          'supervisor.quarantine': { target: 'failed', actions: 'quarantine' },
        },
      },
      starting: upState('starting'),
      running: upState('running'),
      backoff: upState('backoff'),
      failed: upState('failed'),
      stopping: {
        entry: ['enter', 'clearReason'],
        initial: 'releasing',
        states: {
          releasing: {
            entry: ['forgetReports', 'watchServices'],
            on: {
              // A service that the plan no longer names may be removed soon: nothing may wait for it.
              'agent.configure': { target: 'releasing', reenter: true, actions: takePlan },
              'service.changed': [
                { guard: 'isReleased', target: '#agent.stopped', actions: 'noteReport' },
                { actions: ['noteReport', 'releaseNext'] },
              ],
            },
          },
          draining: {
            on: {
              'service.changed': [
                { guard: 'isDown', target: '#agent.stopped.drained', actions: 'noteReport' },
                { actions: 'noteReport' },
              ],
            },
          },
        },
        on: {
          'agent.start': {
            target: 'starting',
            actions: ['noteOrigin', ...takePlan, 'intendRunning', 'holdServices', 'retryServices', 'forgetReports'],
          },
          'agent.stop': { actions: ['noteOrigin', 'intendStopped', 'stopSetAside'] },
          'host.drain': { target: '.draining' },
          'host.resume': [
            {
              guard: 'resumesRunning',
              target: 'starting',
              actions: [...takePlan, 'takeIntention', 'forgetReports', 'holdServices'],
            },
            { target: '.releasing', actions: ['takeIntention', ...takePlan] },
          ],
        },
      },
    },
  });
}
