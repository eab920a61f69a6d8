/**
 * The signals that a person may send to a service. Not among them: what cannot be handled, SIGKILL and SIGSTOP (to end a service is
 * the matter of stop and restart, which also know what is left of it), and those that the system sends for a reason of its own.
 */
export const SENDABLE_SIGNALS = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGABRT',
  'SIGALRM',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCONT',
  'SIGWINCH',
] as const;

/** One of them. */
export type SendableSignal = (typeof SENDABLE_SIGNALS)[number];
