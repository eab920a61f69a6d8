import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join, resolve } from 'node:path';
import { type RawOption, givenOption } from '../serve/flags.ts';
import { existingFolder, OptionError } from '../serve/option-values.ts';
import type { HostWords } from './host-options.ts';

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
export function hostPlace(words: HostWords, env: NodeJS.ProcessEnv): () => HostPlace {
  const given = { url: givenOption(words.url, '--url', {}), folder: stateFolder(words, {}) };
  if (given.url !== undefined && given.folder !== null) {
    throw new OptionError('--url: the URL says which host it is already; leave out --base-path and --state-dir.');
  }
  const isGiven = given.url !== undefined || given.folder !== null;
  const { url, folder } = isGiven ? given : { url: givenOption(undefined, '--url', env), folder: stateFolder({}, env) };
  if (url === undefined && folder !== null) return () => placeIn(folder);
  const place = url === undefined ? DEFAULT : placeOf(url);
  return () => place;
}

function stateFolder({ stateDir, basePath }: HostWords, env: NodeJS.ProcessEnv): string | null {
  const state = givenOption(stateDir, '--state-dir', env);
  if (state !== undefined) return existingFolder(state);
  const base = givenOption(basePath, '--base-path', env);
  return base === undefined ? null : join(existingFolder(base), '.coredinator');
}

function placeOf({ values: [text], source }: RawOption): HostPlace {
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
