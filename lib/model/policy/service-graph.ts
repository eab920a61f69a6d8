import type { DependencyCondition, DependencySpec } from '../spec.ts';
import type { PublicState } from '../states.ts';
import type { ServiceId } from '../values/ids.ts';

/** A service as a graph shows it. */
export interface ServiceNode {
  readonly id: ServiceId;
  readonly kind: string;
  readonly state: PublicState;
}

/** `from` waits for `to`. */
export interface ServiceEdge {
  readonly from: ServiceId;
  readonly to: ServiceId;
  readonly condition: DependencyCondition;
}

/** Services and what they wait for. */
export interface ServiceGraph {
  readonly nodes: readonly ServiceNode[];
  readonly edges: readonly ServiceEdge[];
}

/** A service with the data its graph is built from. */
export interface GraphedService extends ServiceNode {
  /** The agents that hold it. */
  readonly agents: readonly string[];
  readonly dependsOn: readonly DependencySpec[];
}

/**
 * The services of an agent with all their direct and indirect dependencies; null: all services. A missing dependency
 * has no edge.
 */
export function serviceGraph(services: readonly GraphedService[], agentId: string | null): ServiceGraph {
  const byId = new Map(services.map((service) => [service.id, service]));
  const shown = new Set<GraphedService>();
  const show = (service: GraphedService | undefined): void => {
    if (service === undefined || shown.has(service)) return;
    shown.add(service);
    for (const { serviceId } of service.dependsOn) show(byId.get(serviceId));
  };
  services.filter(({ agents }) => agentId === null || agents.includes(agentId)).forEach(show);
  const nodes = services.filter((service) => shown.has(service));
  return {
    nodes: nodes.map(({ id, kind, state }) => ({ id, kind, state })),
    edges: nodes.flatMap(({ id, dependsOn }) =>
      dependsOn
        .filter(({ serviceId }) => byId.has(serviceId))
        .map(({ serviceId, condition }) => ({ from: id, to: serviceId, condition })),
    ),
  };
}
