import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 120_000;

/** Carries out a command of scripts/cluster/cluster.sh, which harms the cluster of this run or mends it. */
export async function harm(...words: readonly string[]): Promise<void> {
  await run(script() ?? '', words, { timeout: LIMIT_MS, env: environmentOfCluster() });
}

/** For what starts parts of the cluster, which outlive the spec: without the mark of its processes (spec/support/hooks.ts). */
export function environmentOfCluster(): NodeJS.ProcessEnv {
  const { SPECS_OF: _mark, ...env } = process.env;
  return env;
}

/** Skips the spec on a cluster that is not made for tests: such a one is not harmed. */
export function needsOwnCluster(this: Mocha.Context): void {
  if (script() === null) this.skip();
}

function script(): string | null {
  return process.env['CLUSTER_SCRIPT'] ?? null;
}

/** Resolves after so many seconds. */
export function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1_000));
}
