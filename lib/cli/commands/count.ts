import { InvalidArgumentError } from 'commander';

/** Reads the value of an option as a whole number. */
export function countUpTo(max: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,15}$/.test(text) && Number(text) <= max) return Number(text);
    throw new InvalidArgumentError(`Give a whole number from 0 to ${max}.`);
  };
}
