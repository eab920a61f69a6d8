/**
 * The statechart of one agent. Its top-level states are the public ones and follow from the states of its services:
 *
 * stopped   idle (as wished) | drained (the host took it down, the wish stays)
 * starting, running, backoff, failed   judged anew with every report of a service
 * stopping  releasing (dependents first, each when those that need it are gone) | draining
 *
 * Commands, reports of services and `host.resume` move it. It owns no process: it claims and releases services.
 */
import { assign, enqueueActions, setup } from 'xstate';
import { agentStateOf, isReleased, releasable } from '../../model/agent-state.ts';
import type { PublicState } from '../../model/views.ts';
import type { Clock } from '../../ports/clock.ts';
import { peer } from '../peers.ts';
import { serviceActorId } from '../service/record.ts';
import type { AgentEvent } from './events.ts';
import { agentActorId, agentContext, type AgentContext, type AgentInput } from './record.ts';

/** The version that is kept with every snapshot; goes up with every change of the states (see control/recovery.ts). */
export const AGENT_MACHINE_VERSION = '1';

type UpState = Exclude<PublicState, 'stopped' | 'stopping'>;

function agentSetup(clock: Clock) {
  return setup({
    types: {
      context: {} as AgentContext, // setup() takes types as values
      events: {} as AgentEvent,
      input: {} as AgentInput,
    },
    guards: {
      becomes: ({ context, event }, { state }: { state: PublicState }) =>
        event.type === 'service.changed' && agentStateOf(context.plan, reportsWith(context, event)).state === state,
      isReleased: ({ context, event }) =>
        isReleased(context.plan, reportsWith(context, event), agentActorId(context.plan.id)),
      isDown: ({ context, event }) => {
        const reports = reportsWith(context, event);
        return context.plan.services.every((spec) => reports[spec.id]?.state === 'stopped');
      },
      becomesAgain: ({ context, event }, { state }: { state: PublicState }) =>
        context.intended === 'running' &&
        event.type === 'service.changed' &&
        agentStateOf(context.plan, reportsWith(context, event)).state === state,
      resumesRunning: ({ event }) => event.type === 'host.resume' && event.intended === 'running',
    },
    actions: {
      enter: assign(() => ({ since: clock.now() })),
      noteOrigin: assign(({ event }) => ('correlationId' in event ? { correlationId: event.correlationId } : {})),
      forgetOrigin: assign({ correlationId: null }),
      takePlan: assign(({ event }) => ('plan' in event ? { plan: event.plan } : {})),
      wishRunning: assign({ intended: 'running', reason: null }),
      wishStopped: assign({ intended: 'stopped', reason: null }),
      takeWish: assign(({ event }) => (event.type === 'host.resume' ? { intended: event.intended } : {})),
      forgetReports: assign({ reports: {} }),
      noteReport: assign(({ context, event }) =>
        event.type === 'service.changed' ? { reports: reportsWith(context, event) } : {},
      ),
      explain: assign(({ context }) => ({ reason: agentStateOf(context.plan, context.reports).reason })),
      clearReason: assign({ reason: null }),
      park: assign(({ event }) => (event.type === 'supervisor.park' ? { reason: event.reason } : {})),
      claimServices: enqueueActions(({ context, enqueue, system }) => {
        const { plan, correlationId } = context;
        for (const spec of plan.services) {
          const service = peer(system, serviceActorId(spec.id));
          if (service)
            enqueue.sendTo(service, { type: 'service.claim', holder: agentActorId(plan.id), spec, correlationId });
        }
      }),
      retryServices: enqueueActions(({ context, enqueue, system }) => {
        for (const report of Object.values(context.reports)) {
          const service = peer(system, serviceActorId(report.serviceId));
          const isDown = report.state === 'failed' || report.state === 'backoff';
          if (service && isDown)
            enqueue.sendTo(service, { type: 'service.start', correlationId: context.correlationId });
        }
      }),
      watchServices: enqueueActions(({ context, enqueue, system }) => {
        for (const { id } of context.plan.services) {
          const service = peer(system, serviceActorId(id));
          if (service) enqueue.sendTo(service, { type: 'service.watch', watcher: agentActorId(context.plan.id) });
        }
      }),
      releaseNext: enqueueActions(({ context, enqueue, system }) => {
        const holder = agentActorId(context.plan.id);
        for (const id of releasable(context.plan, context.reports, holder)) {
          const service = peer(system, serviceActorId(id));
          if (service)
            enqueue.sendTo(service, { type: 'service.release', holder, correlationId: context.correlationId });
        }
      }),
    },
  });
}

function reportsWith(context: AgentContext, event: AgentEvent): AgentContext['reports'] {
  if (event.type !== 'service.changed') return context.reports;
  const { report } = event;
  const isOurs = context.plan.services.some((spec) => spec.id === report.serviceId);
  return isOurs ? { ...context.reports, [report.serviceId]: report } : context.reports;
}

/** What a report does to an agent that is meant to run. */
function judgedExcept(self: PublicState) {
  // The command that started it explains how it came up, not what happens to it afterwards.
  const actions =
    self === 'starting' ? (['noteReport', 'explain'] as const) : (['forgetOrigin', 'noteReport', 'explain'] as const);
  const others = (['failed', 'backoff', 'running', 'starting'] as const).filter((state) => state !== self);
  return [
    ...others.map((state) => ({
      guard: { type: 'becomes', params: { state } } as const,
      target: `#agent.${state}` as const,
      actions,
    })),
    { guard: { type: 'becomes', params: { state: 'stopped' } }, target: '#agent.stopped', actions },
    { actions: ['noteReport', 'explain'] },
  ] as const;
}

/** A service that was stopped by hand is started by hand: the agent, meant to run all along, follows. */
const judgedAgain = (['failed', 'backoff', 'running', 'starting'] as const).map((state) => ({
  guard: { type: 'becomesAgain', params: { state } } as const,
  target: `#agent.${state}` as const,
  actions: ['noteReport', 'explain'] as const,
}));

/** What the four states of an agent that is meant to run have in common. */
function upState(state: UpState) {
  return {
    entry: 'enter',
    on: {
      'service.changed': judgedExcept(state),
      'agent.start': { actions: ['noteOrigin', 'wishRunning', 'claimServices', 'retryServices'] },
      'agent.stop': { target: '#agent.stopping', actions: ['noteOrigin', 'wishStopped'] },
      'host.drain': { target: '#agent.stopping.draining' },
      'host.resume': [
        { guard: 'resumesRunning', actions: ['takePlan', 'takeWish', 'claimServices'] },
        { target: '#agent.stopping', actions: ['takeWish'] },
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
    states: {
      stopped: {
        entry: 'enter',
        initial: 'idle',
        states: { idle: {}, drained: {} },
        on: {
          'agent.start': {
            target: 'starting',
            actions: ['noteOrigin', 'takePlan', 'wishRunning', 'forgetReports', 'claimServices'],
          },
          'service.changed': [...judgedAgain, { actions: 'noteReport' }],
          'host.resume': [
            {
              guard: 'resumesRunning',
              target: 'starting',
              actions: ['takePlan', 'takeWish', 'forgetReports', 'claimServices'],
            },
            { actions: ['takePlan', 'takeWish'] },
          ],
          'supervisor.park': { target: 'failed', actions: 'park' },
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
            actions: ['noteOrigin', 'takePlan', 'wishRunning', 'forgetReports', 'claimServices'],
          },
          'agent.stop': { actions: ['noteOrigin', 'wishStopped'] },
          'host.drain': { target: '.draining' },
          'host.resume': [
            {
              guard: 'resumesRunning',
              target: 'starting',
              actions: ['takePlan', 'takeWish', 'forgetReports', 'claimServices'],
            },
            { target: '.releasing', actions: 'takeWish' },
          ],
        },
      },
    },
  });
}
