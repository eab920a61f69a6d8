import { readFileSync } from 'node:fs';
import { createClient, type Client } from '../../client/client.ts';
import { givenOption } from '../given-option.ts';
import { existingFile } from '../option-paths.ts';
import type { HostWords } from './host-options.ts';
import { hostPlace, type HostPlace } from './host-url.ts';
import { nodeFetch } from './node-fetch.ts';
import { tokenSource } from './token.ts';

/** A client of a host, and where that is. */
export interface HostAccess extends Pick<HostPlace, 'url' | 'isLocal'> {
  readonly client: Client;
}

/**
 * The way to the host that command line and environment name. Throws OptionError. What it gives looks for the host, throws
 * HostAbsentError, and makes a client whose requests all end by the signal.
 */
export function hostAccess(words: HostWords, env: NodeJS.ProcessEnv): (signal: AbortSignal) => HostAccess {
  const placeNow = hostPlace(words, env);
  const token = tokenSource(words, env);
  const caFile = givenOption(words.ca, '--ca', env);
  const ca = caFile === undefined ? null : readFileSync(existingFile(caFile), 'utf8');
  return (signal) => {
    const { url, socketPath, isLocal } = placeNow();
    return { client: createClient({ url, token, fetch: nodeFetch({ socketPath, ca, signal }) }), url, isLocal };
  };
}
