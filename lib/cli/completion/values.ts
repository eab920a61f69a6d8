import type { Client } from '../../client/client.ts';
import { ENGINES } from '../../model/engine.ts';
import { LOG_LEVELS, ON_EXIT, ORPHANS } from '../serve/option-values.ts';
import type { ValuesOf } from './candidates.ts';

/** `before`: the arguments of the command so far. */
type Source = (env: NodeJS.ProcessEnv, before: readonly string[]) => Promise<readonly string[]>;

/**
 * Sources of values, by the name of an option or a placeholder (`<agent>`): fixed values, or values from a running
 * host. A source may take time and must not reject: if its values are unavailable, it returns none.
 */
const SOURCES: Readonly<Record<string, Source>> = {
  '--on-exit': () => Promise.resolve(ON_EXIT),
  '--orphans': () => Promise.resolve(ORPHANS),
  '--engine': () => Promise.resolve(ENGINES),
  '--strays': () => Promise.resolve(ORPHANS),
  '--log-level': () => Promise.resolve(LOG_LEVELS),
  '<webhook>': (env) =>
    fromHost(env, async (client, signal) => (await client.listWebhooks({ signal })).webhooks.map(({ name }) => name)),
  '<agent>': (env) => fromHost(env, (client, signal) => client.listAgentIds({ signal })),
  '<service>': (env) =>
    fromHost(env, async (client, signal) => {
      const { allServices } = await import('../services/show-services.ts');
      return (await allServices(client, {}, signal)).map(({ id }) => id);
    }),
  '<version>': (env, [service = '']) =>
    fromHost(env, async (client, signal) => {
      const { available } = await client.getVersions({ id: service, signal });
      return available.map(({ version }) => version);
    }),
};

/** How long completion may wait for a host. */
const TIMEOUT_MS = 1_000;

/** Requests values from the host that the environment specifies. */
async function fromHost(
  env: NodeJS.ProcessEnv,
  ask: (client: Client, signal: AbortSignal) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const { hostAccess } = await import('../host/connection.ts');
    const { client } = hostAccess({}, env)(signal);
    return await ask(client, signal);
  } catch {
    return []; // the command itself will report the error
  }
}

/** Values from {@link SOURCES}, with the host that `env` specifies. */
export function knownValues(env: NodeJS.ProcessEnv): ValuesOf {
  return (name, before) => SOURCES[name]?.(env, before) ?? null;
}
