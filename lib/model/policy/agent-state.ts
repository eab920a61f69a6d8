import type { Reason } from '../explain/reason.ts';
import type { Intended } from '../intention.ts';
import type { AgentPlan, DependencyCondition, ServiceSpec } from '../spec.ts';
import type { PublicState } from '../states.ts';
import type { ServiceId } from '../values/ids.ts';

/** What a service reports to its watchers. Plain JSON. */
export interface ServiceReport {
  readonly serviceId: ServiceId;
  readonly state: PublicState;
  readonly intended: Intended;
  /** Its program has been executed and has not ended since, or it is complete. */
  readonly isLaunched: boolean;
  /** It is running, and its readiness probe (if any) has passed. */
  readonly isReady: boolean;
  /** It exited successfully and its policy does not restart it. */
  readonly isComplete: boolean;
  /** How many of its processes ever exited unexpectedly. */
  readonly failureCount: number;
  /** The agent whose group restart caused the last of these; null: it failed by itself. */
  readonly restartedBy: string | null;
  readonly holders: readonly string[];
  readonly reason: Reason | null;
}

export type ServiceReports = Readonly<Record<string, ServiceReport>>;

/** The state of an agent that is intended to run, and why (contract 6.2): failed > backoff > starting > running. */
export function agentStateOf(plan: AgentPlan, reports: ServiceReports): { state: PublicState; reason: Reason | null } {
  const wanted = plan.services.map((spec) => reports[spec.id]).filter((report) => report?.intended !== 'stopped');
  if (wanted.length === 0) return { state: 'stopped', reason: { code: 'stopped_by_hand' } };
  const failed = wanted.find((report) => report?.state === 'failed');
  if (failed) return { state: 'failed', reason: reasonOf(failed) };
  const waiting = wanted.find((report) => report?.state === 'backoff');
  if (waiting) return { state: 'backoff', reason: reasonOf(waiting) };
  const coming = wanted.find((report) => !isUp(report));
  if (!coming && wanted.every(isUp)) return { state: 'running', reason: null };
  return { state: 'starting', reason: coming ? reasonOf(coming) : null };
}

function isUp(report: ServiceReport | undefined): boolean {
  return report?.state === 'running' || (report?.state === 'stopped' && report.isComplete);
}

function reasonOf({ serviceId, state, reason }: ServiceReport): Reason {
  return { code: 'service', serviceId, state, because: reason };
}

/** The services that are restarted because the one with this id failed (Erlang/OTP), in stop order. */
export function restartedWith({ strategy, services }: AgentPlan, failed: ServiceId): readonly ServiceId[] {
  const ids = services.map(({ id }) => id);
  switch (strategy) {
    case 'one_for_one':
      return [];
    case 'one_for_all':
      return ids.filter((id) => id !== failed).reverse();
    case 'rest_for_one':
      return ids.slice(ids.indexOf(failed) + 1).reverse();
  }
}

/**
 * The services that are restarted with a failed one, across the agents of these plans: a shared service among them
 * brings in the services of its other agents. `isLive` says which have a process or are about to; the others are left
 * alone.
 */
export function restartedWithGroup(
  plans: readonly AgentPlan[],
  failed: ServiceId,
  isLive: (id: ServiceId) => boolean,
): readonly ServiceId[] {
  const restarted = new Set<ServiceId>();
  const failureCount: { readonly id: ServiceId; readonly by: AgentPlan | null }[] = [{ id: failed, by: null }];
  for (let fall = failureCount.shift(); fall !== undefined; fall = failureCount.shift()) {
    const { id, by } = fall;
    const others = plans.filter((plan) => plan !== by && plan.services.some((spec) => spec.id === id));
    for (const plan of others) {
      for (const sibling of restartedWith(plan, id)) {
        if (sibling === failed || restarted.has(sibling) || !isLive(sibling)) continue;
        restarted.add(sibling);
        failureCount.push({ id: sibling, by: plan });
      }
    }
  }
  return [...restarted];
}

/** Whether the reported state of a dependency satisfies the condition. */
export function isMet(condition: DependencyCondition, report: ServiceReport): boolean {
  switch (condition) {
    case 'launched':
      return report.isLaunched;
    case 'started':
      return report.state === 'running';
    case 'healthy':
      return report.state === 'running' && report.isReady;
    case 'completed':
      return report.isComplete;
  }
}

/** Whether the actor of the service is quarantined: only a command moves it. */
export function isSetAside({ state, reason }: ServiceReport): boolean {
  return state === 'failed' && reason?.code === 'set_aside';
}

/** Whether a release would have to stop what is quarantined: it would only crash again, and be released again. */
function isSetAsideFor(holder: string, report: ServiceReport | undefined): boolean {
  return report !== undefined && isSetAside(report) && report.holders.every((one) => one === holder);
}

/**
 * The services that `holder` may release now: those it still holds, unless it also holds a service of the plan that
 * depends on them.
 */
export function releasable(plan: AgentPlan, reports: ServiceReports, holder: string): readonly ServiceId[] {
  const isGone = (spec: ServiceSpec): boolean => isServiceReleased(reports[spec.id], holder);
  return plan.services
    .filter((spec) => reports[spec.id]?.holders.includes(holder) === true)
    .filter((spec) => !isSetAsideFor(holder, reports[spec.id]))
    .filter((spec) =>
      plan.services.every((other) => !other.dependsOn.some((on) => on.serviceId === spec.id) || isGone(other)),
    )
    .map((spec) => spec.id);
}

/** Whether `holder` has released every service of the plan and those that only it held are gone. */
export function isReleased(plan: AgentPlan, reports: ServiceReports, holder: string): boolean {
  return plan.services.every((spec) => isServiceReleased(reports[spec.id], holder));
}

function isServiceReleased(report: ServiceReport | undefined, holder: string): boolean {
  if (report === undefined || report.holders.includes(holder)) return false;
  return report.state === 'stopped' || report.holders.length > 0;
}
