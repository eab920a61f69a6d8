import type { ServiceId } from './ids.ts';
import type { AgentPlan, ServiceSpec } from './spec.ts';
import type { PublicState } from './views.ts';
import type { Intended } from './wish.ts';

/** What a service tells those who watch it. Plain JSON. */
export interface ServiceReport {
  readonly serviceId: ServiceId;
  readonly state: PublicState;
  readonly intended: Intended;
  /** It ended with success and its policy does not start it again. */
  readonly isComplete: boolean;
  readonly holders: readonly string[];
  readonly reason: string | null;
}

export type ServiceReports = Readonly<Record<string, ServiceReport>>;

/** The state of an agent that is meant to run and why (contract 6.2): failed > backoff > starting > running. */
export function agentStateOf(plan: AgentPlan, reports: ServiceReports): { state: PublicState; reason: string | null } {
  const wanted = plan.services.map((spec) => reports[spec.id]).filter((report) => report?.intended !== 'stopped');
  if (wanted.length === 0) return { state: 'stopped', reason: 'each of its services was stopped by hand' };
  const failed = wanted.find((report) => report?.state === 'failed');
  if (failed) return { state: 'failed', reason: sentence(failed) };
  const waiting = wanted.find((report) => report?.state === 'backoff');
  if (waiting) return { state: 'backoff', reason: sentence(waiting) };
  const coming = wanted.find((report) => !isUp(report));
  if (!coming && wanted.every(isUp)) return { state: 'running', reason: null };
  return { state: 'starting', reason: coming ? sentence(coming) : null };
}

function isUp(report: ServiceReport | undefined): boolean {
  return report?.state === 'running' || (report?.state === 'stopped' && report.isComplete);
}

function sentence(report: ServiceReport): string {
  return `${report.serviceId} is ${report.state}${report.reason === null ? '' : `: ${report.reason}`}`;
}

/** The services that `holder` may let go of now: still held, and no service of the plan that depends on them is. */
export function releasable(plan: AgentPlan, reports: ServiceReports, holder: string): readonly ServiceId[] {
  const isGone = (spec: ServiceSpec): boolean => isLetGo(reports[spec.id], holder);
  return plan.services
    .filter((spec) => reports[spec.id]?.holders.includes(holder) === true)
    .filter((spec) =>
      plan.services.every((other) => !other.dependsOn.some((on) => on.serviceId === spec.id) || isGone(other)),
    )
    .map((spec) => spec.id);
}

/** Whether `holder` has let go of every service of the plan, and those that it alone held are gone. */
export function isReleased(plan: AgentPlan, reports: ServiceReports, holder: string): boolean {
  return plan.services.every((spec) => isLetGo(reports[spec.id], holder));
}

function isLetGo(report: ServiceReport | undefined, holder: string): boolean {
  if (report === undefined || report.holders.includes(holder)) return false;
  return report.state === 'stopped' || report.holders.length > 0;
}
