import type { AgentView } from '../../api/schemas/agent.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { Client } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { paintOf, stateCell, stateWords } from '../output/state.ts';
import { ageSince, factSheet, headOf, table, type Cell } from '../output/table.ts';
import { allServices, serviceTable, unlessGone } from '../services/show-services.ts';

/** All agents, in the order of their first start. */
export const listAgents: HostRun = async (context) => {
  const { client, isJson } = context;
  const [agents, services] = await Promise.all([allAgents(client), isJson ? [] : allServices(client)]);
  if (agents.length === 0 && !isJson) {
    context.err.write('No agents. Start one with `coredinator agents start FILE`.\n');
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

/** One agent and its services. */
export function agentStatus(id: string): HostRun {
  return async (context) => {
    const snapshot = await agentSnapshot(context.client, id);
    const { agent, services } = snapshot;
    printResult(context, snapshot, () => {
      const { colors, width, now } = context;
      const intention = agent.intended_state === agent.state ? '' : `, intended: ${agent.intended_state}`;
      const state = paintOf(agent, colors)(agent.state);
      const facts = { type: agent.type, config: agent.config_path, reason: agent.reason };
      return (
        `${colors.bold(agent.id)}  ${state} for ${ageSince(agent.since, now())}${intention}\n` +
        `${factSheet(facts, width)}\n` +
        serviceTable(context, services)
      );
    });
    return EXIT.ok;
  };
}

/** An agent with its services, fetched at almost the same time. */
export interface AgentSnapshot {
  readonly agent: AgentView;
  readonly services: readonly ServiceView[];
}

/** Fetches an agent and each of its services. Rejects with ProblemError for an unknown id. */
export async function agentSnapshot(client: Client, id: string, signal?: AbortSignal): Promise<AgentSnapshot> {
  const how = signal === undefined ? {} : { signal };
  const agent = await client.getAgent({ id, ...how });
  const requests = agent.services.map((one) => unlessGone(client.getService({ id: one, ...how })));
  return { agent, services: (await Promise.all(requests)).filter((one) => one !== null) };
}

/** The state of an agent, with the services that are not in the intended state: `starting (pump1-corerl: backoff)`. */
export function describeAgent({ agent, services }: AgentSnapshot): string {
  const wanted = agent.intended_state;
  const others = services.filter(({ state }) => state !== wanted);
  if (others.length === 0) return agent.state;
  return `${agent.state} (${others.map((one) => `${one.id}: ${stateWords(one)}`).join(', ')})`;
}
