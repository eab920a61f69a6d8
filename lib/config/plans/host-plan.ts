import { startOrder } from '../../model/policy/start-order.ts';
import { parseServiceId } from '../../model/values/ids.ts';
import type { HostServicePlan } from '../../ports/spec-source.ts';
import type { Effective, HostService } from '../effective.ts';
import { member } from '../json.ts';
import type { Path, Problem } from '../problems.ts';
import { serviceNodes } from '../references.ts';
import type { YamlSource } from '../yaml/yaml-source.ts';
import { planService, type PlanSite } from './service-plan.ts';

/**
 * All host services, in start order. Throws ConfigInvalidError if one of them uses a variable without a value, such as
 * `${config_path}`, which only the services of agents have.
 */
export async function planHostServices(
  { services }: Pick<Effective, 'services'>,
  site: PlanSite,
  source: YamlSource | null,
): Promise<readonly HostServicePlan[]> {
  const ordered = startOrder(serviceNodes(services));
  // Cycles were rejected with the configuration.
  const nodes = ordered.type === 'ordered' ? ordered.order : [];
  const problems: Problem[] = [];
  const plans: HostServicePlan[] = [];
  for (const { id, dependsOn } of nodes) {
    const service = services.get(id);
    if (service === undefined) continue;
    const planned = await planService(draftOf(id, service, dependsOn, services), site);
    if (planned.type === 'planned') plans.push({ spec: planned.spec, isAutostarted: service.kind.autostart });
    else
      problems.push(
        ...planned.problems.map((problem) => ({ ...problem, path: placed(id, service, problem.path, source) })),
      );
  }
  if (problems.length > 0 && source !== null) throw source.refuse(problems);
  return plans;
}

function draftOf(
  id: string,
  service: HostService,
  dependsOn: readonly string[],
  services: ReadonlyMap<string, HostService>,
): Parameters<typeof planService>[0] {
  const dependencies = dependsOn.flatMap((other) => {
    const dependency = services.get(other);
    const condition = dependency === undefined ? undefined : service.kind.depends_on[dependency.kindName];
    return condition === undefined ? [] : [{ serviceId: parseServiceId(other), condition }];
  });
  return {
    ...service,
    id: parseServiceId(id),
    agentId: null,
    configPath: null,
    values: {},
    dependsOn: dependencies,
    envFileRoot: null,
  };
}

/** The path of a service's value: in its kind, if the value comes from there. */
function placed(id: string, { kindName }: HostService, path: Path, source: YamlSource | null): Path {
  const own = ['services', id, ...path];
  const inherited = ['kinds', kindName, ...path];
  const contains = (place: Path): boolean => place.reduce(member, source?.json) !== undefined;
  return !contains(own) && contains(inherited) ? inherited : own;
}
