import type { AgentCheckView } from '../../api/schemas/agent.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { pathForHost, printResult, type HostContext, type HostRun } from '../host/context.ts';
import { headOf, table } from '../output/table.ts';

/** The options of a check. */
export interface CheckOptions {
  readonly agentId?: string;
  readonly agentType?: string;
  readonly coreioId?: string;
}

/** Shows what the start of an agent would do. A service without an executable counts as a failure. */
export function checkAgent(file: string, { agentId, agentType, coreioId }: CheckOptions): HostRun {
  return async (context) => {
    const body = {
      config_path: pathForHost(file, context),
      agent_id: agentId,
      agent_type: agentType,
      coreio_id: coreioId,
    };
    const check = await context.client.checkAgent({ body });
    printResult(context, check, () => textOf(context, check));
    return check.services.every(({ problem }) => problem === null) ? EXIT.ok : EXIT.failed;
  };
}

const HEAD = ['SERVICE', 'KIND', 'VERSION', 'EXECUTABLE'] as const;

function textOf({ colors, width }: HostContext, { id, type, state, services }: AgentCheckView): string {
  const known = state === null ? 'It is new.' : `An agent with this id is known; it is ${state}.`;
  const rows = services.map((service) => [
    { text: service.id },
    { text: service.kind },
    { text: service.version ?? '-' },
    { text: service.executable ?? `none: ${service.problem ?? 'unknown'}` },
  ]);
  return `${colors.bold(id)}, an agent of type ${type}. ${known}\n${table(headOf(HEAD, colors), rows, width)}`;
}
