/**
 * The exit codes of all commands (docs/cli.md). `serve` uses only the first four (contract 2); only `serve` uses
 * `locked`, and only commands that connect to a host use the last two.
 */
export const EXIT = { ok: 0, failed: 1, usage: 2, locked: 3, unreachable: 4, timedOut: 5 } as const;
