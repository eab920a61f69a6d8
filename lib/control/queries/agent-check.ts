import type { AgentCheckView } from '../../api/schemas/agent.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import { stateOf } from '../../model/states.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { AgentRequest } from '../../ports/spec-source.ts';
import { agentRef } from '../actors.ts';
import { assertServicesFree } from '../commands/ensure-actors.ts';
import type { Runtime } from '../runtime.ts';

type CheckedService = AgentCheckView['services'][number];

/** What the start of an agent would do: its plan, and which file each service would run. */
export async function checkAgent(
  { configuration, root, ports }: Pick<Runtime, 'configuration' | 'root' | 'ports'>,
  request: AgentRequest,
): Promise<AgentCheckView> {
  const { id, type, configPath, services } = await configuration.specs.planAgent(request);
  assertServicesFree(root, services);
  const known = agentRef(root, id)?.getSnapshot();
  return {
    ...{ id, type, config_path: configPath, state: known === undefined ? null : stateOf(known.value).state },
    services: await Promise.all(services.map((spec) => checkedService(spec, ports.catalog))),
  };
}

async function checkedService(
  { id, kind, executable, version }: ServiceSpec,
  catalog: Catalog,
): Promise<CheckedService> {
  try {
    const choice = await catalog.choose({ executable, version });
    if (choice.type === 'missing') return { id, kind, executable: null, version: null, problem: choice.reason };
    return { id, kind, executable: choice.executable.path, version: choice.executable.version, problem: null };
  } catch (error) {
    const problem = `Its executable cannot be searched for: ${error instanceof Error ? error.message : String(error)}`;
    return { id, kind, executable: null, version: null, problem };
  }
}
