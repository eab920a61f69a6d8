import { statSync, type Stats } from 'node:fs';
import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import type { ExitMode } from '../../control/control.ts';
import type { LogLevel } from '../../host/options.ts';
import { inspectorUrl } from '../../model/values/inspector-url.ts';
import type { OrphanPolicy } from '../../ports/process-host.ts';
import type { RawOption } from './flags.ts';

/** A value of the command line that cannot be used; the message names the option and what to give. */
export class OptionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OptionError';
  }
}

function statsOf({ source }: RawOption, path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    // With `throwIfNoEntry` off what is left is a path that may not be looked at, or that goes through a file.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${source}: cannot access "${path}" (${reason}).`, { cause });
  }
}

/** The absolute path of a folder that must exist. */
export function existingFolder(option: RawOption): string {
  const path = resolve(option.values[0]);
  const stats = statsOf(option, path);
  if (stats === undefined)
    throw new OptionError(`${option.source}: "${path}" does not exist; give an existing folder.`);
  if (!stats.isDirectory())
    throw new OptionError(`${option.source}: "${path}" is not a folder; give an existing folder.`);
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
  if (stats === undefined) throw new OptionError(`${option.source}: "${path}" does not exist; give an existing file.`);
  if (stats.isDirectory()) throw new OptionError(`${option.source}: "${path}" is a folder; give a file.`);
  return path;
}

/** The absolute path of a folder that will be made if it is not there. */
export function folderToBe(option: RawOption): string {
  const path = resolve(option.values[0]);
  if (statsOf(option, path)?.isDirectory() === false) {
    throw new OptionError(`${option.source}: "${path}" is not a folder; give a folder or a path that is free.`);
  }
  return path;
}

/** The absolute path of a file that will be made if it is not there. */
export function fileToBe(option: RawOption): string {
  const path = resolve(option.values[0]);
  if (statsOf(option, path)?.isDirectory() === true) {
    throw new OptionError(`${option.source}: "${path}" is a folder; give the path of a file.`);
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
    throw new OptionError(`${source}: "${text}" is not valid; give one of ${choices.join(', ')}.`);
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

/** A level by its name. */
export function logLevel(option: RawOption): LogLevel {
  return oneOf(option, LOG_LEVELS);
}

/** A port to listen on. */
export function portNumber({ values: [text], source }: RawOption): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new OptionError(`${source}: "${text}" is not a port; give a whole number from 0 to 65535.`);
}

/** Names or addresses that a Host header may carry. */
export function hostNames({ values, source }: RawOption): readonly string[] {
  for (const name of values) {
    if (!HOST_NAME.test(name) && !isIPv6(name.replace(/^\[(.*)\]$/, '$1'))) {
      throw new OptionError(`${source}: "${name}" is not a host name; give a name or an address without port.`);
    }
  }
  return values;
}

function originOf(text: string): string | null {
  try {
    return new URL(text).origin;
  } catch {
    return null; // not a URL at all, which the caller says in its own words
  }
}

/** Origins in the form in which browsers send them. */
export function origins({ values, source }: RawOption): readonly string[] {
  for (const origin of values) {
    if (!/^https?:/.test(origin) || originOf(origin) !== origin) {
      throw new OptionError(
        `${source}: "${origin}" is not an origin; give scheme, name and port, as https://plant.example:8443.`,
      );
    }
  }
  return values;
}

/** A page for a browser, by its full URL. */
export function pageUrl({ values: [text], source }: RawOption): string {
  const url = inspectorUrl(text);
  if (url !== null) return url;
  throw new OptionError(
    `${source}: "${text}" is not the URL of a page; give one with http or https and without a password, as http://127.0.0.1:4000/inspect.`,
  );
}
