import { assign, enqueueActions, setup } from 'xstate';
import {
  agentStateOf,
  restartedWith,
  isReleased,
  isSetAside,
  releasable,
  type ServiceReport,
} from '../../model/policy/agent-state.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { AgentPlan } from '../../model/spec.ts';
import type { PublicState } from '../../model/states.ts';
import type { Clock } from '../../ports/clock.ts';
import { peer } from '../peers.ts';
import { serviceActorId } from '../service/context.ts';
import type { AgentEvent } from './events.ts';
import { agentActorId, type AgentContext, type AgentInput } from './context.ts';

/** The implementations behind the names in the chart: every guard and action is named. */
export function agentSetup(clock: Clock) {
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
      wantsRunning: ({ context }) => context.intended === 'running',
      isMeantDown: ({ context }) => context.intended !== 'running',
      isStillHeld: ({ context, event }) =>
        context.intended === 'stopped' &&
        event.type === 'service.changed' &&
        (event.report.holders.includes(agentActorId(context.plan.id)) || isOwnOnItsWayDown(context, event.report)),
      resumesRunning: ({ event }) => event.type === 'host.resume' && event.intended === 'running',
    },
    actions: {
      enter: assign(() => ({ since: clock.now() })),
      noteOrigin: assign(({ event }) => ('correlationId' in event ? { correlationId: event.correlationId } : {})),
      forgetOrigin: assign({ correlationId: null }),
      takePlan: assign(({ context, event }) =>
        'plan' in event ? { plan: event.plan, reports: reportsOf(event.plan, context.reports) } : {},
      ),
      intendRunning: assign({ intended: 'running', reason: null }),
      intendStopped: assign({ intended: 'stopped', reason: null }),
      takeIntention: assign(({ event }) => ('intended' in event ? { intended: event.intended } : {})),
      forgetReports: assign({ reports: {} }),
      noteReport: assign(({ context, event }) =>
        event.type === 'service.changed' ? { reports: reportsWith(context, event) } : {},
      ),
      explain: assign(({ context }) => ({ reason: agentStateOf(context.plan, context.reports).reason })),
      clearReason: assign({ reason: null }),
      quarantine: assign(({ event }) => (event.type === 'supervisor.quarantine' ? { reason: event.reason } : {})),
      holdServices: enqueueActions(({ context, enqueue, system }) => {
        const { plan, correlationId } = context;
        for (const spec of plan.services) {
          const service = peer(system, serviceActorId(spec.id));
          if (service)
            enqueue.sendTo(service, { type: 'service.hold', holder: agentActorId(plan.id), spec, correlationId });
        }
      }),
      retryServices: enqueueActions(({ context, enqueue, system }) => {
        for (const report of Object.values(context.reports)) {
          const service = peer(system, serviceActorId(report.serviceId));
          // Starting the agent overrides earlier commands for its single services.
          const isDown = report.state === 'failed' || report.state === 'backoff' || report.intended === 'stopped';
          if (service && isDown)
            enqueue.sendTo(service, { type: 'service.start', correlationId: context.correlationId });
        }
      }),
      restartGroup: enqueueActions(({ context, enqueue, event, system }) => {
        if (event.type !== 'service.changed' || !isFailureOfOthers(context, event.report)) return;
        const { plan } = context;
        const { serviceId } = event.report;
        const reason = { code: 'group_restart', failed: serviceId, strategy: plan.strategy } as const;
        for (const id of restartedWith(plan, serviceId)) {
          const service = peer(system, serviceActorId(id));
          if (service)
            enqueue.sendTo(service, {
              type: 'service.restart_with_group',
              by: agentActorId(plan.id),
              failed: serviceId,
              reason,
            });
        }
      }),
      releaseDropped: enqueueActions(({ context, enqueue, event, system }) => {
        if (!('plan' in event)) return;
        const { plan } = event;
        const { correlationId } = context;
        const dropped = context.plan.services.filter(({ id }) => !plan.services.some((spec) => spec.id === id));
        for (const { id } of dropped) {
          const service = peer(system, serviceActorId(id));
          if (service)
            enqueue.sendTo(service, { type: 'service.release', holder: agentActorId(plan.id), correlationId });
        }
      }),
      watchServices: enqueueActions(({ context, enqueue, system }) => {
        for (const { id } of context.plan.services) {
          const service = peer(system, serviceActorId(id));
          if (service) enqueue.sendTo(service, { type: 'service.watch', watcher: agentActorId(context.plan.id) });
          else enqueue.raise({ type: 'service.changed', report: reportOfForgotten(id) });
        }
      }),
      // A quarantined service is only moved by a command: each stop of its agent is one.
      stopSetAside: enqueueActions(({ context, enqueue, system }) => {
        const { correlationId, plan } = context;
        const holder = agentActorId(plan.id);
        for (const report of Object.values(context.reports)) {
          const service = peer(system, serviceActorId(report.serviceId));
          if (!service || !isSetAside(report)) continue;
          if (report.holders.includes(holder))
            enqueue.sendTo(service, { type: 'service.release', holder, correlationId });
          else if (report.holders.length === 0) enqueue.sendTo(service, { type: 'service.stop', correlationId });
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

/** Stands in for a shared service that had no holder and was removed: it will never report. */
function reportOfForgotten(serviceId: ServiceId): ServiceReport {
  const nothing = { isLaunched: false, isReady: false, isComplete: false, failureCount: 0 };
  const nobody = { restartedBy: null, holders: [], reason: null };
  return { serviceId, state: 'stopped', intended: 'stopped', ...nothing, ...nobody };
}

/** A shared service may stop later, for another holder; the agent waits only for its own services. */
function isOwnOnItsWayDown({ plan }: AgentContext, { serviceId, state }: ServiceReport): boolean {
  return state === 'stopping' && plan.services.some((spec) => spec.id === serviceId && spec.agentId === plan.id);
}

/** The reports of the services in a plan. */
function reportsOf(plan: AgentPlan, reports: AgentContext['reports']): AgentContext['reports'] {
  return Object.fromEntries(Object.entries(reports).filter(([id]) => plan.services.some((spec) => spec.id === id)));
}

/** Whether a process of a member failed, or another agent stopped it, since its last report. */
function isFailureOfOthers(
  { plan, reports }: AgentContext,
  { serviceId, failureCount, restartedBy }: ServiceReport,
): boolean {
  const before = reports[serviceId];
  return before !== undefined && failureCount > before.failureCount && restartedBy !== agentActorId(plan.id);
}
