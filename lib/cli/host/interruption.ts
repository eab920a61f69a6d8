import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Aborted, with the signal's name as the reason, by the first signal that ends a program; a second one ends it at once.
 */
export function interruptionOf(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      controller.abort(signal);
    });
  }
  return controller.signal;
}

/** The exit code of a program that was ended by Ctrl-C. */
export const INTERRUPTED = 128 + constants.signals.SIGINT;

/** The exit code of a program that was ended by a signal, as in shells: 130 for SIGINT. */
export function exitCodeOfSignal(interrupted: AbortSignal): number {
  const name: unknown = interrupted.reason;
  const signal = SIGNALS.find((one) => one === name) ?? 'SIGINT';
  return 128 + constants.signals[signal];
}
