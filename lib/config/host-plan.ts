import { parseServiceId } from '../model/ids.ts';
import type { ServiceSpec } from '../model/spec.ts';
import { startOrder } from '../model/start-order.ts';
import type { HostService } from './effective.ts';
import type { Problem } from './problems.ts';
import { serviceNodes } from './references.ts';
import { planService } from './service-plan.ts';
import type { YamlSource } from './yaml-source.ts';

/**
 * The host services that start with the host, in start order. Throws ConfigInvalidError when one of them uses a variable that
 * only an agent's service has, such as `${config_path}`.
 */
export function planHostServices(
  services: ReadonlyMap<string, HostService>,
  basePath: string,
  source: YamlSource | null,
): readonly ServiceSpec[] {
  const started = new Map([...services].filter(([, { kind }]) => kind.autostart));
  const ordered = startOrder(serviceNodes(started));
  // Circles are refused before; a part of a graph without circles has none.
  const nodes = ordered.type === 'ordered' ? ordered.order : [];
  const problems: Problem[] = [];
  const specs = nodes.flatMap(({ id, dependsOn }) => {
    const service = started.get(id);
    if (service === undefined) return [];
    const planned = planService(
      {
        ...service,
        id: parseServiceId(id),
        agentId: null,
        configPath: null,
        values: {},
        dependsOn: dependsOn.map((other) => ({ serviceId: parseServiceId(other), condition: 'started' })),
      },
      basePath,
    );
    if (planned.type === 'planned') return [planned.spec];
    problems.push(...planned.problems.map((problem) => ({ ...problem, path: ['services', id, ...problem.path] })));
    return [];
  });
  if (problems.length > 0 && source !== null) throw source.refuse(problems);
  return specs;
}
