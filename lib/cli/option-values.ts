import { isIPv6 } from 'node:net';
import type { ExitMode } from '../control/control.ts';
import type { LogLevel } from '../host/options.ts';
import { inspectorUrl } from '../model/inspector-url.ts';
import type { StrayPolicy } from '../ports/process-host.ts';
import { OptionError } from './option-paths.ts';
import type { RawOption } from './raw-options.ts';

/** The values of `--on-exit`. */
export const ON_EXIT = ['detach', 'drain'] as const satisfies readonly ExitMode[];
/** The values of `--strays`. */
export const STRAYS = ['adopt', 'kill', 'report'] as const satisfies readonly StrayPolicy[];
/** The values of `--log-level`. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[];
const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

function oneOf<T extends string>({ values: [text], source }: RawOption, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice === undefined)
    throw new OptionError(`${source}: "${text}" is none of ${choices.join(', ')}; give one of them.`);
  return choice;
}

/** `detach` or `drain`. */
export function onExit(option: RawOption): ExitMode {
  return oneOf(option, ON_EXIT);
}

/** `adopt`, `kill` or `report`. */
export function strays(option: RawOption): StrayPolicy {
  return oneOf(option, STRAYS);
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
