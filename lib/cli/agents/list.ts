import type { AgentView } from '../../api/schemas/agent.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { Client } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { ageSince } from '../output/age.ts';
import { stateCell } from '../output/state.ts';
import { headOf, table, type Cell } from '../output/table.ts';
import { allServices } from '../services/all-services.ts';

/** All agents, in the order of first start. */
export const listAgents: HostRun = async (context) => {
  const { client, isJson } = context;
  const [agents, services] = await Promise.all([allAgents(client), isJson ? [] : allServices(client)]);
  if (agents.length === 0 && !isJson) {
    context.err.write('There are no agents; start one with `coredinator agents start FILE`.\n');
    return EXIT.ok;
  }
  printResult(context, agents, () => agentTable(context, agents, services));
  return EXIT.ok;
};

async function allAgents(client: Client): Promise<readonly AgentView[]> {
  const agents: AgentView[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listAgents({ query: { cursor } });
    agents.push(...page.agents);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return agents;
}

function agentTable(
  { colors, width, now }: HostContext,
  agents: readonly AgentView[],
  services: readonly ServiceView[],
): string {
  const up = new Set(services.filter(({ state }) => state === 'running').map(({ id }) => id));
  const rows = agents.map((agent): readonly Cell[] => [
    { text: agent.id },
    stateCell(agent, colors),
    { text: `${agent.services.filter((id) => up.has(id)).length}/${agent.services.length}` },
    { text: ageSince(agent.since, now()) },
    { text: agent.config_path ?? '-' },
    { text: agent.reason ?? '' },
  ]);
  return table(headOf(['AGENT', 'STATE', 'UP', 'FOR', 'CONFIG', 'REASON'], colors), rows, width);
}
