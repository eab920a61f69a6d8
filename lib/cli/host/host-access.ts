import { readFileSync } from 'node:fs';
import { createClient, type Client } from '../../client/client.ts';
import { nodeFetch } from '../../client/node-fetch.ts';
import { type RawOption, givenOption } from '../serve/flags.ts';
import { existingFile, OptionError } from '../serve/option-values.ts';
import type { HostWords } from './host-options.ts';
import { hostPlace, type HostPlace } from './host-url.ts';
import { tokenSource } from './token.ts';

/** A client of a host, and where that is. */
export interface HostAccess extends Pick<HostPlace, 'url' | 'isLocal' | 'source'> {
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
  const ca = caFile === undefined ? null : certificatesIn(caFile);
  return (signal) => {
    const { url, isLocal, source } = placeNow();
    const fetch = nodeFetch({ url: () => placeNow().url, ca, signal });
    return { client: createClient({ url, token, fetch }), url, isLocal, source };
  };
}

/** Node takes anything for certificates and then trusts nobody. */
function certificatesIn(option: RawOption): string {
  const path = existingFile(option);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${option.source}: "${path}" cannot be read (${reason}).`, { cause });
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new OptionError(`${option.source}: "${path}" holds no certificate; give a file in the form of PEM.`);
}
