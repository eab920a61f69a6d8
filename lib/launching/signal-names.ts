import { constants } from 'node:os';

const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(constants.signals));
const NAMES: ReadonlyMap<number, string> = namesByNumber();

function namesByNumber(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  // The first name of a number is the usual one (SIGABRT before SIGIOT).
  for (const [name, number] of NUMBERS) if (!names.has(number)) names.set(number, name);
  return names;
}

/**
 * The system's number of a signal name, including `SIG34` and the like for signals without a name; null if there is
 * none.
 */
export function signalNumber(name: string): number | null {
  const known = NUMBERS.get(name);
  if (known !== undefined) return known;
  const number = Number(/^SIG([0-9]{1,2})$/.exec(name)?.[1]);
  return number >= 1 && number <= 64 ? number : null;
}

/** The name of a signal number; `SIG34` and the like for signals without one. */
export function signalName(number: number): string {
  return NAMES.get(number) ?? `SIG${number}`;
}
