import { doubtOf } from '../../model/process.ts';
import { stateOf } from '../../model/states.ts';
import { launchesToKeep } from '../../model/policy/failure-series.ts';
import type { LogBounds, LogPolicy } from '../../model/values/log-line.ts';
import type { Instant } from '../../model/values/time.ts';
import type { MeasuredHost, MeasuredService } from '../../ports/meter.ts';
import { agentRefs, serviceRefs, type ServiceSnapshot } from '../actors.ts';
import type { Runtime } from '../runtime.ts';
import { agentsOf } from './views.ts';

/** The host for metrics: cheaper than its views, and one actor at a time. */
export function measuredHost({ root, ports }: Runtime): MeasuredHost {
  const { health } = ports;
  return {
    *agents() {
      for (const ref of agentRefs(root)) {
        const { value, context } = ref.getSnapshot();
        yield { id: context.plan.id, state: stateOf(value).state };
      }
    },
    *services() {
      for (const ref of serviceRefs(root)) yield measuredService(ref.getSnapshot(), ports);
    },
    healthReasons: () => health.reasons().length,
  };
}

function measuredService(
  { value, context }: ServiceSnapshot,
  { prober, processes }: Pick<Runtime['ports'], 'prober' | 'processes'>,
): MeasuredService {
  const { state, substate } = stateOf(value);
  const { spec, holders, intended, launch, generation, executable, restarts } = context;
  return {
    id: spec.id,
    kind: spec.kind,
    agents: agentsOf(holders),
    state,
    substate,
    intended,
    generation: launch?.generation ?? generation,
    version: executable?.version ?? null,
    restarts,
    launchedAt: launch?.launchedAt ?? null,
    isInDoubt: doubtOf(processes.status(spec.id)) !== null,
    probeFailures: prober.failures(spec.id),
  };
}

/** How much output is kept. */
export function logBounds({ root, configuration, ports: { clock } }: Runtime): LogBounds {
  const now = clock.now();
  const services = serviceRefs(root).map((ref) => policyOf(ref.getSnapshot(), now));
  return { services, totalBytes: configuration.specs.totalLogBytes() };
}

function policyOf({ value, context }: ServiceSnapshot, now: Instant): LogPolicy {
  const { spec, launch, generation, failureSeries, lastStable, since } = context;
  const startedAt = launch === null ? null : context.startedAt;
  const { resetAfterMs } = spec.restart.backoff;
  const { state } = stateOf(value);
  const kept = launchesToKeep({ failureSeries, lastStable, state, since, startedAt, resetAfterMs }, now);
  const isLaunched = launch !== null;
  return { serviceId: spec.id, generation: launch?.generation ?? generation, isLaunched, ...spec.logs, kept };
}
