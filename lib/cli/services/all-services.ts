import { ProblemError, type Client } from '../../client/client.ts';
import type { ServiceView } from '../../api/schemas/service.ts';

/** Which services are asked for; all that is given must fit. */
export interface ServiceFilter {
  readonly agent?: string;
  readonly state?: ServiceView['state'];
}

/** Services of the host, over all pages. */
export async function allServices(
  client: Client,
  { agent, state }: ServiceFilter = {},
  signal?: AbortSignal,
): Promise<readonly ServiceView[]> {
  const found: ServiceView[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listServices({
      query: { cursor, agent_id: agent, state },
      ...(signal === undefined ? {} : { signal }),
    });
    found.push(...page.services);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** Null instead of the refusal that there is no such thing (any more). */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return null;
    throw error;
  }
}
