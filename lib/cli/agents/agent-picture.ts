import type { AgentView } from '../../api/schemas/agent.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { Client } from '../../client/client.ts';
import { stateWords } from '../output/state.ts';
import { unlessGone } from '../services/all-services.ts';

/** An agent with its services, as they were at nearly one time. */
export interface AgentPicture {
  readonly agent: AgentView;
  readonly services: readonly ServiceView[];
}

/** Asks for an agent and each of its services. Rejects with ProblemError for an unknown id. */
export async function agentPicture(client: Client, id: string, signal?: AbortSignal): Promise<AgentPicture> {
  const how = signal === undefined ? {} : { signal };
  const agent = await client.getAgent({ id, ...how });
  const asked = agent.services.map((one) => unlessGone(client.getService({ id: one, ...how })));
  return { agent, services: (await Promise.all(asked)).filter((one) => one !== null) };
}

/** How an agent stands, with what keeps it from being as it was wished: `starting (pump1-corerl: backoff)`. */
export function standing({ agent, services }: AgentPicture): string {
  const wished = agent.intended_state;
  const others = services.filter(({ state }) => state !== wished);
  if (others.length === 0) return agent.state;
  return `${agent.state} (${others.map((one) => `${one.id}: ${stateWords(one)}`).join(', ')})`;
}
