/**
 * Exit codes of every command (docs/cli.md). `serve` ends with the first four only (contract 2); `locked` is its own, and the
 * last two are those of commands that talk to a host.
 */
export const EXIT = { ok: 0, failed: 1, usage: 2, locked: 3, unreachable: 4, timedOut: 5 } as const;
