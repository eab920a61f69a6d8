import { stateOf } from '../../model/states.ts';
import type { MeasuredHost, MeasuredService } from '../../ports/meter.ts';
import { agentRefs, serviceRefs, type ServiceSnapshot, type SupervisorRef } from '../actors.ts';
import type { Health } from '../health/health.ts';
import { agentsOf } from './views.ts';

/** The host as it is measured: cheaper than its views, and one actor at a time. */
export function measuredHost(root: SupervisorRef, health: Health): MeasuredHost {
  return {
    *agents() {
      for (const ref of agentRefs(root)) {
        const { value, context } = ref.getSnapshot();
        yield { id: context.plan.id, state: stateOf(value).state };
      }
    },
    *services() {
      for (const ref of serviceRefs(root)) yield measuredService(ref.getSnapshot());
    },
    healthReasons: () => health.reasons().length,
  };
}

function measuredService({ value, context }: ServiceSnapshot): MeasuredService {
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
  };
}
