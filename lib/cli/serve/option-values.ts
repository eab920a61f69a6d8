import { readFileSync, statSync, type Stats } from 'node:fs';
import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import type { ExitMode } from '../../control/control.ts';
import type { LogLevel } from '../../host/options.ts';
import { ENGINES, type EngineName } from '../../model/engine.ts';
import { inspectorUrl } from '../../model/values/inspector-url.ts';
import type { OrphanPolicy } from '../../ports/process-host.ts';
import type { RawOption } from './flags.ts';

/** An invalid command-line value; the message names the option and a remedy. */
export class OptionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OptionError';
  }
}

/** What to do about a path that the system does not let this user reach. */
export const ACCESS_REMEDY = 'correct the path, or its permissions';

function statsOf({ source }: RawOption, path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    // With `throwIfNoEntry` off, the remaining errors are a missing permission or a path through a file.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${source}: cannot access "${path}" (${reason}); ${ACCESS_REMEDY}.`, { cause });
  }
}

/** The text of a token file; `source` is the option. */
export function tokenText(path: string, source: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${source}: cannot read the token from "${path}" (${reason}); ${ACCESS_REMEDY}.`, { cause });
  }
}

/** The absolute path of a folder that must exist. */
export function existingFolder(option: RawOption): string {
  const path = resolve(option.values[0]);
  const stats = statsOf(option, path);
  if (stats === undefined) throw new OptionError(`${option.source}: "${path}" does not exist; use an existing folder.`);
  if (!stats.isDirectory())
    throw new OptionError(`${option.source}: "${path}" is not a folder; use an existing folder.`);
  return path;
}

/** The absolute paths of folders that must exist. */
export function existingFolders({ values, source }: RawOption): readonly string[] {
  return values.map((value) => existingFolder({ values: [value], source }));
}

/** The absolute path of a file that must exist. */
export function existingFile(option: RawOption): string {
  const path = resolve(option.values[0]);
  const stats = statsOf(option, path);
  if (stats === undefined) throw new OptionError(`${option.source}: "${path}" does not exist; use an existing file.`);
  if (stats.isDirectory()) throw new OptionError(`${option.source}: "${path}" is a folder; use a file.`);
  return path;
}

/** The absolute path of a folder that is created if necessary. */
export function folderToBe(option: RawOption): string {
  const path = resolve(option.values[0]);
  if (statsOf(option, path)?.isDirectory() === false) {
    throw new OptionError(`${option.source}: "${path}" is not a folder; use a folder or an unused path.`);
  }
  return path;
}

/** The absolute path of a file that is created if necessary. */
export function fileToBe(option: RawOption): string {
  const path = resolve(option.values[0]);
  if (statsOf(option, path)?.isDirectory() === true) {
    throw new OptionError(`${option.source}: "${path}" is a folder; use the path of a file.`);
  }
  return path;
}

/** The values of `--on-exit`. */
export const ON_EXIT = ['detach', 'drain'] as const satisfies readonly ExitMode[];
/** The values of `--orphans`. */
export const ORPHANS = ['adopt', 'kill', 'report'] as const satisfies readonly OrphanPolicy[];
/** The values of `--log-level`. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[];
const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

function oneOf<T extends string>({ values: [text], source }: RawOption, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice === undefined)
    throw new OptionError(`${source}: "${text}" is not valid; use one of ${choices.join(', ')}.`);
  return choice;
}

/** `detach` or `drain`. */
export function onExit(option: RawOption): ExitMode {
  return oneOf(option, ON_EXIT);
}

/** `adopt`, `kill` or `report`. */
export function orphans(option: RawOption): OrphanPolicy {
  return oneOf(option, ORPHANS);
}

/** `local` or `kubernetes`. */
export function engineName(option: RawOption): EngineName {
  return oneOf(option, ENGINES);
}

/** A log level. */
export function logLevel(option: RawOption): LogLevel {
  return oneOf(option, LOG_LEVELS);
}

const MAX_NAME_LENGTH = 64;

/** A name for people, on one line. */
export function displayName({ values: [text], source }: RawOption): string {
  const name = text.trim();
  if (name.length > 0 && name.length <= MAX_NAME_LENGTH && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name)) return name;
  throw new OptionError(
    `${source}: ${JSON.stringify(text)} is not a name; use 1 to ${MAX_NAME_LENGTH} characters on one line, such as "Plant 7".`,
  );
}

/** A port to listen on. */
export function portNumber({ values: [text], source }: RawOption): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new OptionError(`${source}: "${text}" is not a port; use a whole number from 0 to 65535.`);
}

/** Names or addresses to allow in a Host header. */
export function hostNames({ values, source }: RawOption): readonly string[] {
  for (const name of values) {
    if (!HOST_NAME.test(name) && !isIPv6(name.replace(/^\[(.*)\]$/, '$1'))) {
      throw new OptionError(`${source}: "${name}" is not a host name; use a name or an address without a port.`);
    }
  }
  return values;
}

function originOf(text: string): string | null {
  try {
    return new URL(text).origin;
  } catch {
    return null; // not a URL; the caller reports that
  }
}

/** Origins in the format of the Origin header. */
export function origins({ values, source }: RawOption): readonly string[] {
  for (const origin of values) {
    if (!/^https?:/.test(origin) || originOf(origin) !== origin) {
      throw new OptionError(
        `${source}: "${origin}" is not an origin; use scheme, name and port, such as https://plant.example:8443.`,
      );
    }
  }
  return values;
}

/** The URL at which services can reach the API, without a slash at its end. */
export function apiUrl({ values: [text], source }: RawOption): string {
  const url = inspectorUrl(text);
  if (url !== null && !/[?#]/.test(url)) return url.replace(/\/+$/, '');
  throw new OptionError(
    `${source}: "${text}" is not the URL of an API; use one with http or https and without a password, such as http://coredinator.plant:8000.`,
  );
}

/** The full URL of a web page. */
export function pageUrl({ values: [text], source }: RawOption): string {
  const url = inspectorUrl(text);
  if (url !== null) return url;
  throw new OptionError(
    `${source}: "${text}" is not the URL of a page; use one with http or https and without a password, such as http://127.0.0.1:4000/inspect.`,
  );
}
