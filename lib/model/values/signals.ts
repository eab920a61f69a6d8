/**
 * The signals that a person may send to a service. Not included: SIGKILL and SIGSTOP, which cannot be handled (stop and
 * restart end a service and clean up after it), and signals that the system sends for its own reasons.
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

export type SendableSignal = (typeof SENDABLE_SIGNALS)[number];
