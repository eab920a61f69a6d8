import { readFileSync, statSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join, resolve } from 'node:path';
import { createClient, type Client } from '../../client/client.ts';
import { nodeFetch } from '../../client/node-fetch.ts';
import { TokenListError, tokensIn } from '../../model/values/token-list.ts';
import { givenOption, type RawOption } from '../serve/flags.ts';
import { existingFile, existingFolder, OptionError } from '../serve/option-values.ts';
import type { HostOptions } from './host-options.ts';

/** A client of a host, and where that is. */
export interface HostAccess extends Pick<HostPlace, 'url' | 'isLocal' | 'source'> {
  readonly client: Client;
}

/**
 * The way to the host that command line and environment name. Throws OptionError. What it gives looks for the host, throws
 * HostAbsentError, and makes a client whose requests all end by the signal.
 */
export function hostAccess(options: HostOptions, env: NodeJS.ProcessEnv): (signal: AbortSignal) => HostAccess {
  const placeNow = hostPlace(options, env);
  const token = tokenSource(options, env);
  const caFile = givenOption(options.ca, '--ca', env);
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
  throw new OptionError(`${option.source}: "${path}" contains no certificate; give a PEM file.`);
}

/** A token is asked for at each request; null: there is none to send. */
type TokenSource = () => string | null;

/**
 * Where the token comes from: a file is read at each request, so that a rotated token is the next one sent, and of several lines the
 * first token counts, as hosts take any. Throws OptionError; so does the source, when the file cannot be used.
 */
function tokenSource(options: HostOptions, env: NodeJS.ProcessEnv): TokenSource {
  const option = givenOption(options.tokenFile, '--token-file', env);
  if (option !== undefined) {
    const path = existingFile(option);
    if (statSync(path).isFile()) return () => tokenIn(path, option.source);
    const once = tokenIn(path, option.source); // a pipe, such as a shell makes of <(…), gives its text once
    return () => once;
  }
  const token = env['COREDINATOR_TOKEN']?.trim() ?? '';
  return () => (token === '' ? null : firstToken(token, 'COREDINATOR_TOKEN'));
}

function tokenIn(path: string, source: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${source}: the token cannot be read from "${path}" (${reason}).`, { cause });
  }
  return firstToken(text, `${source}: "${path}"`);
}

function firstToken(text: string, where: string): string | null {
  try {
    return tokensIn(text)[0] ?? null;
  } catch (error) {
    if (!(error instanceof TokenListError)) throw error;
    throw new OptionError(`${where} ${error.message}`, { cause: error });
  }
}

/** Where a host is. */
export interface HostPlace {
  /** `http://…`, `https://…` or `unix:` with an absolute path. */
  readonly url: string;
  /** Whether it sees the same files. */
  readonly isLocal: boolean;
  /** Who says so: the user, the state directory that the user named, or nobody. */
  readonly source: 'url' | 'folder' | 'default';
}

/** No host can be there, as far as the files of this machine tell. */
export class HostAbsentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostAbsentError';
  }
}

const DEFAULT: HostPlace = { url: 'http://127.0.0.1:8000', isLocal: true, source: 'default' };

/**
 * Finds out where the host is: what stands on the command line first, then the environment; a URL before a folder. Throws
 * OptionError. What it gives is to be called whenever the host is needed, since one that comes back may listen elsewhere, and throws
 * HostAbsentError for a folder without one.
 */
export function hostPlace(options: HostOptions, env: NodeJS.ProcessEnv): () => HostPlace {
  const given = { url: givenOption(options.url, '--url', {}), folder: stateFolder(options, {}) };
  if (given.url !== undefined && given.folder !== null) {
    throw new OptionError('--url: the URL already names the host; remove --base-path and --state-dir.');
  }
  const isGiven = given.url !== undefined || given.folder !== null;
  const { url, folder } = isGiven ? given : { url: givenOption(undefined, '--url', env), folder: stateFolder({}, env) };
  if (url === undefined && folder !== null) return () => placeIn(folder);
  const place = url === undefined ? DEFAULT : dottedState(url);
  return () => place;
}

function stateFolder({ stateDir, basePath }: HostOptions, env: NodeJS.ProcessEnv): string | null {
  const state = givenOption(stateDir, '--state-dir', env);
  if (state !== undefined) return existingFolder(state);
  const base = givenOption(basePath, '--base-path', env);
  return base === undefined ? null : join(existingFolder(base), '.coredinator');
}

function dottedState({ values: [text], source }: RawOption): HostPlace {
  const path = /^unix:(.+)$/.exec(text)?.[1];
  if (path !== undefined) return unixPlace(resolve(path), 'url');
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new OptionError(
      `${source}: "${text}" is not the URL of a host; give one as http://127.0.0.1:8000, https://plant.example or unix:/run/coredinator.sock.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new OptionError(
      `${source}: a URL on the command line is seen by every user; give the token in a --token-file.`,
    );
  }
  if (url.pathname !== '/') {
    throw new OptionError(`${source}: "${text}" has a path; give the URL of the host as ${url.origin}.`);
  }
  return { url: url.origin, isLocal: isLoopback(url.hostname), source: 'url' };
}

function unixPlace(path: string, source: HostPlace['source']): HostPlace {
  return { url: `unix:${path}`, isLocal: true, source };
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'));
}

/** Reads the `host.json` that a host keeps in its state directory while it runs. */
function placeIn(folder: string): HostPlace {
  const url = urlIn(folder);
  if (url === null) throw new HostAbsentError(`The host of "${folder}" is still starting; try again in a moment.`);
  if (url.startsWith('unix:')) return unixPlace(url.slice('unix:'.length), 'folder');
  return { url, isLocal: true, source: 'folder' };
}

function urlIn(folder: string): string | null {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8'));
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const reason = cause instanceof Error ? cause.message : String(cause);
    const why = isMissing ? 'it has no host.json' : `its host.json cannot be read (${reason})`;
    throw new HostAbsentError(
      `No host runs on "${folder}": ${why}. Start one with \`coredinator --base-path DIR\`, or give the --url of one.`,
      { cause },
    );
  }
  const url = typeof found === 'object' && found !== null && 'url' in found ? found.url : null;
  return typeof url === 'string' && URL.canParse(url) ? url : null;
}
