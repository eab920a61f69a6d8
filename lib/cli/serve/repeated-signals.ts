import type { Millis } from '../../model/values/time.ts';

/** How soon the same signal counts as the one before. */
const WITHIN_MS: Millis = 1_000;

/**
 * Passes signals on, but not the repetition of one within a second: at a Ctrl-C the terminal sends SIGINT to the host and
 * to npm, and npm sends it to the host once more. `now` is a clock in milliseconds that never goes back.
 */
export function withoutRepetitions(
  onSignal: (signal: NodeJS.Signals) => void,
  now: () => Millis,
): (signal: NodeJS.Signals) => void {
  let last: { readonly signal: NodeJS.Signals; readonly at: Millis } | null = null;
  return (signal) => {
    const at = now();
    if (last?.signal === signal && at - last.at < WITHIN_MS) return;
    last = { signal, at };
    onSignal(signal);
  };
}
