import { LOG_LEVELS, ON_EXIT, STRAYS } from '../option-values.ts';
import type { ValuesOf } from './candidates.ts';

/**
 * Values by the name of an option, or by the placeholder of options and arguments (`<agent>`): fixed ones, and those that a running
 * host would have to be asked for. A source may take time and must not reject: what cannot be found out completes to nothing.
 */
const SOURCES: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  '--on-exit': () => Promise.resolve(ON_EXIT),
  '--strays': () => Promise.resolve(STRAYS),
  '--log-level': () => Promise.resolve(LOG_LEVELS),
};

/** The values that are known by their name. */
export const knownValues: ValuesOf = (name) => SOURCES[name]?.() ?? null;
