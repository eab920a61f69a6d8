import type { Client } from '../../client/client.ts';
import { LOG_LEVELS, ON_EXIT, ORPHANS } from '../serve/option-values.ts';
import type { ValuesOf } from './candidates.ts';

/**
 * Values by the name of an option, or by the placeholder of options and arguments (`<agent>`): fixed ones, and those that a running
 * host would have to be asked for. A source may take time and must not reject: what cannot be found out completes to nothing.
 */
const SOURCES: Readonly<Record<string, (env: NodeJS.ProcessEnv) => Promise<readonly string[]>>> = {
  '--on-exit': () => Promise.resolve(ON_EXIT),
  '--orphans': () => Promise.resolve(ORPHANS),
  '--strays': () => Promise.resolve(ORPHANS),
  '--log-level': () => Promise.resolve(LOG_LEVELS),
  '<agent>': (env) => fromHost(env, (client, signal) => client.listAgentIds({ signal })),
  '<service>': (env) =>
    fromHost(env, async (client, signal) => {
      const { allServices } = await import('../services/show-services.ts');
      return (await allServices(client, {}, signal)).map(({ id }) => id);
    }),
};

/** Nobody waits longer for a word. */
const PATIENCE_MS = 1_000;

/** Asks the host that the environment names. */
async function fromHost(
  env: NodeJS.ProcessEnv,
  ask: (client: Client, signal: AbortSignal) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const { hostAccess } = await import('../host/connection.ts');
    const { client } = hostAccess({}, env)(signal);
    return await ask(client, signal);
  } catch {
    return []; // the command itself will say what is wrong
  }
}

/** The values that are known by their name, or that the host knows that `env` leads to. */
export function knownValues(env: NodeJS.ProcessEnv): ValuesOf {
  return (name) => SOURCES[name]?.(env) ?? null;
}
