import type { Client } from '../../client/client.ts';
import { ProblemError } from '../../client/client.ts';
import { similar } from '../../model/values/nearest.ts';

/** How long a failed command may take to find what was meant. */
const TIMEOUT_MS = 1_000;

/** The known ids of what is not found, by problem code. */
const KNOWN: Readonly<Partial<Record<string, (client: Client, signal: AbortSignal) => Promise<readonly string[]>>>> = {
  agent_not_found: (client, signal) => client.listAgentIds({ signal }),
  service_not_found: async (client, signal) => {
    const { allServices } = await import('../services/show-services.ts');
    return (await allServices(client, {}, signal)).map(({ id }) => id);
  },
  webhook_not_found: async (client, signal) => (await client.listWebhooks({ signal })).webhooks.map(({ name }) => name),
};

/** The known id that is most similar to the one that was not found; null: none is, or the host does not say. */
export async function similarTo(error: unknown, client: Client): Promise<string | null> {
  if (!(error instanceof ProblemError)) return null;
  const known = KNOWN[error.code ?? ''];
  const [, id] = /"([^"]+)" not found/.exec(error.message) ?? [];
  if (known === undefined || id === undefined) return null;
  try {
    return similar(id, await known(client, AbortSignal.timeout(TIMEOUT_MS)));
  } catch {
    return null; // the error of the command itself is what counts
  }
}
