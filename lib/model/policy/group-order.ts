import type { DependencySpec, ServiceSpec, Strategy } from '../spec.ts';
import type { ServiceId } from '../values/ids.ts';

/**
 * The services of an agent, given in start order, with the dependencies that its strategy adds. The children of an
 * Erlang/OTP supervisor start one after the other, and a group restarted under `one_for_all` or `rest_for_one` does so
 * again: each may rely on those before it. Here services start at the same time unless one depends on another. So each
 * service of a group that does not yet depend on the one before it, directly or indirectly, gets a `started` dependency
 * on it. A shared service gets none, because it outlives the agent; the service after it also depends on the agent's
 * own service before it.
 */
export function inGroupOrder(services: readonly ServiceSpec[], strategy: Strategy): readonly ServiceSpec[] {
  if (strategy === 'one_for_one') return services;
  const grouped: ServiceSpec[] = [];
  for (const service of services) grouped.push(service.agentId === null ? service : chained(service, grouped));
  return grouped;
}

function chained(service: ServiceSpec, before: readonly ServiceSpec[]): ServiceSpec {
  // In a group the one before has to have started, not only to have been launched.
  const dependsOn: DependencySpec[] = service.dependsOn.map((on) =>
    on.condition === 'launched' ? { ...on, condition: 'started' } : on,
  );
  for (const { id, agentId } of before.toReversed()) {
    if (!reached(dependsOn, before).has(id)) dependsOn.push({ serviceId: id, condition: 'started' });
    if (agentId !== null) break;
  }
  return { ...service, dependsOn };
}

/** All direct and indirect dependencies; `before` is in start order. */
function reached(dependsOn: readonly DependencySpec[], before: readonly ServiceSpec[]): ReadonlySet<ServiceId> {
  const ids = new Set(dependsOn.map(({ serviceId }) => serviceId));
  for (const { id, dependsOn: further } of before.toReversed()) {
    if (ids.has(id)) for (const { serviceId } of further) ids.add(serviceId);
  }
  return ids;
}
