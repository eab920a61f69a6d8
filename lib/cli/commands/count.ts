import { InvalidArgumentError } from 'commander';

/** Parses the value of an option as a whole number. */
export function countUpTo(max: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,15}$/.test(text) && Number(text) <= max) return Number(text);
    throw new InvalidArgumentError(`Use a whole number from 0 to ${max}.`);
  };
}
