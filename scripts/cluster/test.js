/**
 * Runs the specs that need a Kubernetes (spec/cluster) and says how long it took. Brings a cluster of three nodes up on this machine
 * (cluster.sh, as root) and takes it down afterwards, whatever becomes of the specs; or uses the cluster of KUBECONFIG, whose
 * nodes must share the file system of this machine, and leaves it as it is.
 * Usage: node scripts/cluster/test.js [PACK] [-- MOCHA-ARGUMENT...]
 *
 * PACK (default: the environment variable CLUSTER_PACK) is a file with the binaries of Kubernetes (pack.sh); CLUSTER_BUILD=1 builds
 * them from Debian's source package instead. CLUSTER_FOLDER keeps what the cluster is made from for the next run.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const EXIT_IMPOSSIBLE = 3;
const NODES = '3';
const cluster = join(import.meta.dirname, 'cluster.sh');
const words = process.argv.slice(2);
const separator = words.indexOf('--');
const [given] = separator === -1 ? words : words.slice(0, separator);
const more = separator === -1 ? [] : words.slice(separator + 1);
const pack = given ?? process.env.CLUSTER_PACK ?? '';
const mocha = [
  'npx',
  'mocha',
  ...(more.some((word) => word.endsWith('.ts')) ? [] : ['spec/cluster/**/*.spec.ts']),
  ...more,
];

/** Resolves with the exit code; it is not interrupted with this process, which ends it in its order. */
function run(file, args, env = {}) {
  const child = spawn(file, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    detached: true,
  });
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done(code ?? 1));
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.kill(-child.pid, 'SIGTERM'));
  });
}

/** Why there can be no cluster here, as a sentence that says what to do; null: there can. */
function obstacle() {
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

async function onOwnCluster() {
  const kept = process.env.CLUSTER_FOLDER;
  const folder = kept === undefined ? mkdtempSync(join(tmpdir(), 'coredinator-cluster-')) : resolve(kept);
  const env = pack === '' ? {} : { CLUSTER_PACK: resolve(pack) };
  const from = performance.now();
  try {
    const failed = await run(cluster, ['up', folder, NODES], env);
    if (failed !== 0) return failed; // it has taken down what came up
    console.log(`The cluster is up after ${Math.round((performance.now() - from) / 1_000)} s.`);
    const status = await run(cluster, ['run', ...mocha], { CLUSTER_SCRIPT: cluster });
    return (await run(cluster, ['down'])) || status;
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

const isOwn = pack !== '' || process.env.KUBECONFIG === undefined;
const reason = isOwn ? obstacle() : null;
if (reason === null) {
  process.exitCode = isOwn ? await onOwnCluster() : await run(mocha[0], mocha.slice(1));
} else {
  console.error(reason);
  process.exitCode = EXIT_IMPOSSIBLE;
}
