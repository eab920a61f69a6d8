import { readFileSync, statSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join, resolve } from 'node:path';
import { createClient, type Client } from '../../client/client.ts';
import { nodeFetch } from '../../client/node-fetch.ts';
import { TokenListError, tokensIn } from '../../model/values/token-list.ts';
import { givenOption, type RawOption } from '../serve/flags.ts';
import { ACCESS_REMEDY, existingFile, existingFolder, OptionError, tokenText } from '../serve/option-values.ts';
import type { HostOptions } from './host-options.ts';

/** A client for a host, and the host's location. */
export interface HostAccess extends Pick<HostLocation, 'url' | 'isLocal' | 'source'> {
  readonly client: Client;
}

/**
 * Access to the host that command line and environment specify. Throws OptionError. The returned function locates the
 * host, throws HostAbsentError if there is none, and creates a client whose requests are aborted by the signal.
 */
export function hostAccess(options: HostOptions, env: NodeJS.ProcessEnv): (signal: AbortSignal) => HostAccess {
  const locate = hostLocation(options, env);
  const token = tokenSource(options, env);
  const caFile = givenOption(options.ca, '--ca', env);
  const ca = caFile === undefined ? null : certificatesIn(caFile);
  return (signal) => {
    const { url, isLocal, source } = locate();
    const fetch = nodeFetch({ url: () => locate().url, ca, signal });
    return { client: createClient({ url, token, fetch, userAgent: 'coredinator-cli' }), url, isLocal, source };
  };
}

/** Node accepts any text as certificates and then trusts none. */
function certificatesIn(option: RawOption): string {
  const path = existingFile(option);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${option.source}: "${path}" cannot be read (${reason}); ${ACCESS_REMEDY}.`, { cause });
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new OptionError(`${option.source}: "${path}" contains no certificate; use a PEM file.`);
}

/** Returns the current token for a request; null: none. */
type TokenSource = () => string | null;

/**
 * The source of the token. A token file is read for each request, so that a rotated token is used at once; if it has
 * several lines, the first token is used, because hosts accept all of them. Throws OptionError, also later if the file
 * becomes unusable.
 */
function tokenSource(options: HostOptions, env: NodeJS.ProcessEnv): TokenSource {
  const option = givenOption(options.tokenFile, '--token-file', env);
  if (option !== undefined) {
    const path = existingFile(option);
    if (statSync(path).isFile()) return () => tokenIn(path, option.source);
    const once = tokenIn(path, option.source); // a pipe, for example from <(…) in a shell, can be read only once
    return () => once;
  }
  const token = env['COREDINATOR_TOKEN']?.trim() ?? '';
  return () => (token === '' ? null : firstToken(token, 'COREDINATOR_TOKEN'));
}

function tokenIn(path: string, source: string): string | null {
  return firstToken(tokenText(path, source), `${source}: "${path}"`);
}

function firstToken(text: string, where: string): string | null {
  try {
    return tokensIn(text)[0]?.token ?? null;
  } catch (error) {
    if (!(error instanceof TokenListError)) throw error;
    throw new OptionError(`${where} ${error.message}`, { cause: error });
  }
}

/** The location of a host. */
export interface HostLocation {
  /** `http://…`, `https://…` or `unix:` with an absolute path. */
  readonly url: string;
  /** Whether the host sees the same files. */
  readonly isLocal: boolean;
  /** Where the location came from: a URL from the user, a state directory from the user, or the default. */
  readonly source: 'url' | 'folder' | 'default';
}

/** According to the files of this machine, no host is running there. */
export class HostAbsentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostAbsentError';
  }
}

const DEFAULT: HostLocation = { url: 'http://127.0.0.1:8000', isLocal: true, source: 'default' };

/**
 * Determines the location of the host: command line before environment, URL before folder. Throws OptionError. Call the
 * returned function for each use, because a restarted host may listen elsewhere; it throws HostAbsentError for a folder
 * without a host.
 */
export function hostLocation(options: HostOptions, env: NodeJS.ProcessEnv): () => HostLocation {
  const given = { url: givenOption(options.url, '--url', {}), folder: stateFolder(options, {}) };
  if (given.url !== undefined && given.folder !== null) {
    throw new OptionError('--url: the URL already specifies the host; remove --base-path and --state-dir.');
  }
  const isGiven = given.url !== undefined || given.folder !== null;
  const { url, folder } = isGiven ? given : { url: givenOption(undefined, '--url', env), folder: stateFolder({}, env) };
  if (url === undefined && folder !== null) return () => locationIn(folder);
  const location = url === undefined ? DEFAULT : locationOfUrl(url);
  return () => location;
}

function stateFolder({ stateDir, basePath }: HostOptions, env: NodeJS.ProcessEnv): string | null {
  const state = givenOption(stateDir, '--state-dir', env);
  if (state !== undefined) return existingFolder(state);
  const base = givenOption(basePath, '--base-path', env);
  return base === undefined ? null : join(existingFolder(base), '.coredinator');
}

function locationOfUrl({ values: [text], source }: RawOption): HostLocation {
  const path = /^unix:(.+)$/.exec(text)?.[1];
  if (path !== undefined) return unixLocation(resolve(path), 'url');
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new OptionError(
      `${source}: "${text}" is not the URL of a host; use one such as http://127.0.0.1:8000, https://plant.example or unix:/run/coredinator.sock.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new OptionError(
      `${source}: every user can see a URL on the command line; put the token into a --token-file.`,
    );
  }
  if (url.pathname !== '/') {
    throw new OptionError(`${source}: "${text}" has a path; use only ${url.origin}.`);
  }
  return { url: url.origin, isLocal: isLoopback(url.hostname), source: 'url' };
}

function unixLocation(path: string, source: HostLocation['source']): HostLocation {
  return { url: `unix:${path}`, isLocal: true, source };
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'));
}

/** Reads the `host.json` of a running host from its state directory. */
function locationIn(folder: string): HostLocation {
  const url = urlIn(folder);
  if (url === null) throw new HostAbsentError(`The host in "${folder}" is still starting. Try again in a moment.`);
  if (url.startsWith('unix:')) return unixLocation(url.slice('unix:'.length), 'folder');
  return { url, isLocal: true, source: 'folder' };
}

function urlIn(folder: string): string | null {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8'));
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const reason = cause instanceof Error ? cause.message : String(cause);
    const why = isMissing ? 'it contains no host.json' : `its host.json cannot be read (${reason})`;
    throw new HostAbsentError(
      `No host is running in "${folder}": ${why}. Start one with \`coredinator --base-path DIR\`, or specify the --url of another host.`,
      { cause },
    );
  }
  const url = typeof found === 'object' && found !== null && 'url' in found ? found.url : null;
  return typeof url === 'string' && URL.canParse(url) ? url : null;
}
