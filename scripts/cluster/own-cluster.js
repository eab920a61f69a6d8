/** A cluster of three nodes on this machine for one command: brought up, used, and taken down, whatever becomes of the command. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const NODES = '3';
const SIGNALS = ['SIGINT', 'SIGTERM'];
const cluster = join(import.meta.dirname, 'cluster.sh');

/** Why there can be no cluster here, as a sentence that says what to do; null: there can. `pack`: its file, or empty. */
export function obstacle(pack) {
  const other = 'or set KUBECONFIG to use a cluster that exists';
  if (process.platform !== 'linux') return `A cluster for tests needs Linux: use a Linux machine, ${other}.`;
  if (process.getuid() !== 0)
    return `A cluster for tests needs root (namespaces, cgroups): run this as root, ${other}.`;
  if (pack !== '' && !existsSync(pack))
    return `There is no pack of Kubernetes at "${pack}": correct the path, ${other}.`;
  if (pack === '' && process.env.CLUSTER_BUILD !== '1')
    return `There is no pack of Kubernetes: name one with CLUSTER_PACK=FILE, build one with CLUSTER_BUILD=1 (10 to 30 minutes, 6 GB), ${other}.`;
  return null;
}

/** Resolves with the exit code; it is not interrupted with this process, which ends it in its order. */
export function run(file, args, env = {}) {
  const end = () => process.kill(-child.pid, 'SIGTERM');
  for (const signal of SIGNALS) process.on(signal, end); // first: the command may run before spawn returns
  const child = spawn(file, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    detached: true,
  });
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => {
      for (const signal of SIGNALS) process.off(signal, end); // it is gone
      done(code ?? 1);
    });
  });
}

/** Runs a command as the host that uses the cluster; it finds KUBECONFIG, and in CLUSTER_SCRIPT what harms the cluster. */
export async function onOwnCluster(pack, command) {
  const kept = process.env.CLUSTER_FOLDER;
  const folder = kept === undefined ? mkdtempSync(join(tmpdir(), 'coredinator-cluster-')) : resolve(kept);
  const env = pack === '' ? {} : { CLUSTER_PACK: resolve(pack) };
  const from = performance.now();
  try {
    const failed = await run(cluster, ['up', folder, NODES], env);
    if (failed !== 0) return failed; // it has taken down what came up
    console.log(`The cluster is up after ${Math.round((performance.now() - from) / 1_000)} s.`);
    const status = await run(cluster, ['run', ...command]);
    return (await run(cluster, ['down'])) || status;
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }
}
