/** Something that starts after its dependencies. Ids are unique within a list; ids outside the list are ignored. */
export interface Dependent {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

/** The order, or one cycle that makes it impossible: its ids, the first one repeated at the end. */
export type StartOrder<T> =
  | { readonly type: 'ordered'; readonly order: readonly T[] }
  | { readonly type: 'cycle'; readonly cycle: readonly string[] };

/**
 * Dependencies come before their dependents; otherwise the input order is kept. A service listed before its dependency
 * comes right after it.
 */
export function startOrder<T extends Dependent>(services: readonly T[]): StartOrder<T> {
  const byId = new Map(services.map((service) => [service.id, service]));
  const order = new Set<T>();
  const path: string[] = [];

  const place = (service: T): readonly string[] | null => {
    if (order.has(service)) return null;
    const begin = path.indexOf(service.id);
    if (begin >= 0) return [...path.slice(begin), service.id];
    path.push(service.id);
    for (const id of service.dependsOn) {
      const dependency = byId.get(id);
      const cycle = dependency === undefined ? null : place(dependency);
      if (cycle !== null) return cycle;
    }
    path.pop();
    order.add(service);
    return null;
  };

  for (const service of services) {
    const cycle = place(service);
    if (cycle !== null) return { type: 'cycle', cycle };
  }
  return { type: 'ordered', order: [...order] };
}

/** A cycle in readable form: `a -> b -> a`. */
export function formatCycle(cycle: readonly string[]): string {
  return cycle.join(' -> ');
}

/**
 * The layers of a drain: the services of a layer may stop at the same time once the earlier layers are gone. Dependents
 * come before their dependencies, each as early as possible. Services in a cycle (rejected when a configuration is
 * loaded) form the last layer together with their dependencies, so that a drain always ends.
 */
export function stopLayers<T extends Dependent>(services: readonly T[]): readonly (readonly T[])[] {
  const byId = new Map(services.map((service) => [service.id, service]));
  const dependenciesOf = (service: T): readonly T[] =>
    [...new Set(service.dependsOn)].flatMap((id) => byId.get(id) ?? []);
  const dependents = new Map(services.map((service) => [service, 0]));
  const count = (service: T, change: number): number => {
    const left = (dependents.get(service) ?? 0) + change;
    dependents.set(service, left);
    return left;
  };
  for (const service of services) for (const dependency of dependenciesOf(service)) count(dependency, 1);

  const layers: T[][] = [];
  let layer = services.filter((service) => dependents.get(service) === 0);
  while (layer.length > 0) {
    layers.push(layer);
    for (const service of layer) dependents.delete(service);
    const freed = new Set(layer.flatMap(dependenciesOf).filter((dependency) => count(dependency, -1) === 0));
    layer = services.filter((service) => freed.has(service));
  }
  return dependents.size === 0 ? layers : [...layers, [...dependents.keys()]];
}
