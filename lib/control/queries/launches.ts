import type { ComparisonView, LaunchPageView, LaunchView } from '../../api/schemas/launch.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import { isoOf } from '../../model/values/time.ts';
import type { LaunchHistory, PastLaunch } from '../../ports/launch-ledger.ts';
import type { LaunchQuery } from '../control.ts';

/** A page of the launches of a service; null: it has never been launched. Rejects with StoreUnavailableError. */
export async function launchPage(
  serviceId: ServiceId,
  { before, limit, compare }: LaunchQuery,
  history: LaunchHistory,
): Promise<LaunchPageView> {
  const launches = await history.page(serviceId, Math.min(before, Number.MAX_SAFE_INTEGER), limit);
  const failed = compare === null ? await history.lastFailed(serviceId) : await history.one(serviceId, compare);
  return {
    service_id: serviceId,
    launches: launches.map(launchView),
    next: launches.length === limit ? (launches.at(-1)?.generation ?? null) : null,
    comparison: failed === null ? null : await comparisonOf(serviceId, failed, history),
  };
}

async function comparisonOf(serviceId: ServiceId, failed: PastLaunch, history: LaunchHistory): Promise<ComparisonView> {
  const stable = await history.lastStable(serviceId, failed.generation);
  return {
    failed: launchView(failed),
    stable: stable === null ? null : launchView(stable),
    variables: stable === null ? [] : differentVariables(stable, failed),
  };
}

/** The names of the variables that differ; none if the environment of one of the two is unknown. */
function differentVariables({ launched: one }: PastLaunch, { launched: other }: PastLaunch): string[] {
  if (one === null || other === null) return [];
  const names = new Set([...Object.keys(one.env), ...Object.keys(other.env)]);
  return [...names].filter((name) => one.env[name] !== other.env[name]).sort();
}

function launchView({ exit, end, launched, ...launch }: PastLaunch): LaunchView {
  const { generation, pid, place, version, executablePath: executable, intendedAt } = launch;
  return {
    ...{ generation, pid, place, version, executable, revision: launched?.revision ?? null },
    launched_at: isoOf(intendedAt),
    ended_at: exit === null ? null : isoOf(exit.at),
    exit:
      exit === null
        ? null
        : { code: exit.code, signal: exit.signal, class: end?.class ?? null, because: exit.because ?? null },
    cause: end?.cause ?? null,
    stable: end?.isStable ?? false,
    uptime_ms: exit === null ? null : Math.max(0, exit.at - intendedAt),
    max_rss: exit?.usage?.maxRss ?? null,
    cpu_ms: exit?.usage?.cpuMs ?? null,
    output_tail: end?.outputTail ?? null,
  };
}
