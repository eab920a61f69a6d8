import { formatCycle, startOrder } from '../model/policy/start-order.ts';
import { member } from './json.ts';
import { nearest } from '../model/values/nearest.ts';
import type { Path, Problem } from './problems.ts';
import type { AgentType, Kind } from './schema/schema.ts';

/** The parts of a configuration that reference each other. */
export interface Named {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly agentTypes: ReadonlyMap<string, AgentType>;
  readonly services: ReadonlyMap<string, { readonly kindName: string; readonly kind: Kind }>;
}

/**
 * Names that do not exist, and dependency cycles. A cycle is reported at one of its steps that `given` (the last merged
 * document) contains.
 */
export function referenceProblems({ kinds, agentTypes, services }: Named, given: unknown): readonly Problem[] {
  const known = [...kinds.keys()];
  const missing = (path: Path, kind: string, isKey = false): readonly Problem[] =>
    kinds.has(kind) ? [] : [{ path, isKey, message: noSuchKind(kind, known) }];
  const dependencies = (path: Path, kind: Kind): readonly Problem[] =>
    Object.keys(kind.depends_on).flatMap((name) => missing([...path, 'depends_on', name], name, true));

  const problems = [
    ...[...kinds].flatMap(([name, kind]) => dependencies(['kinds', name], kind)),
    ...[...agentTypes].flatMap(([name, type]) =>
      type.services.flatMap((kind, index) => missing(['agent_types', name, 'services', index], kind)),
    ),
    ...[...services].flatMap(([id, service]) => dependencies(['services', id], service.kind)),
  ];
  return problems.length > 0 ? problems : [...kindCycle(kinds, given), ...serviceCycle(services, given)];
}

/** The message for a kind that no document defines. */
export function noSuchKind(kind: string, known: readonly string[]): string {
  return `names the kind "${kind}", which does not exist; the nearest known kind is "${nearest(kind, known) ?? ''}"`;
}

function kindCycle(kinds: Named['kinds'], given: unknown): readonly Problem[] {
  const nodes = [...kinds].map(([id, kind]) => ({ id, dependsOn: Object.keys(kind.depends_on) }));
  const result = startOrder(nodes);
  if (result.type === 'ordered') return [];
  return cycleProblem(result.cycle, (from, to) => ['kinds', from, 'depends_on', to], given);
}

function serviceCycle(services: Named['services'], given: unknown): readonly Problem[] {
  const result = startOrder(serviceNodes(services));
  if (result.type === 'ordered') return [];
  const kindOf = (id: string): string => services.get(id)?.kindName ?? id;
  return cycleProblem(result.cycle, (from, to) => ['services', from, 'depends_on', kindOf(to)], given);
}

function cycleProblem(
  cycle: readonly string[],
  pathOf: (from: string, to: string) => Path,
  given: unknown,
): readonly Problem[] {
  const steps = cycle.slice(1).map((to, index) => pathOf(cycle[index] ?? to, to));
  const path = steps.find((step) => step.reduce(member, given) !== undefined) ?? steps[0] ?? [];
  return [{ path, isKey: true, message: `is part of a dependency cycle: ${formatCycle(cycle)}` }];
}

/**
 * Host services as a graph: a service depends on every other host service of the kinds it names. However, one that
 * starts with the host does not wait for one that does not, which may never be started.
 */
export function serviceNodes(
  services: Named['services'],
): readonly { readonly id: string; readonly dependsOn: readonly string[] }[] {
  const byKind = new Map<string, { readonly id: string; readonly isAutostarted: boolean }[]>();
  for (const [id, { kindName, kind }] of services) {
    const known = byKind.get(kindName) ?? [];
    byKind.set(kindName, known);
    known.push({ id, isAutostarted: kind.autostart });
  }
  return [...services].map(([id, { kind }]) => ({
    id,
    dependsOn: Object.keys(kind.depends_on).flatMap((kindName) =>
      (byKind.get(kindName) ?? []).flatMap((other) =>
        other.id !== id && (other.isAutostarted || !kind.autostart) ? [other.id] : [],
      ),
    ),
  }));
}
