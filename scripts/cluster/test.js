/**
 * Runs the specs that need a Kubernetes (spec/cluster) and says how long it took. Brings a cluster of three nodes up on this machine
 * (cluster.sh, as root) and takes it down afterwards, whatever becomes of the specs; or uses the cluster of KUBECONFIG, whose
 * nodes must share the file system of this machine, and leaves it as it is.
 * Usage: node scripts/cluster/test.js [PACK] [-- MOCHA-ARGUMENT...]
 *
 * PACK (default: the environment variable CLUSTER_PACK) is a file with the binaries of Kubernetes (pack.sh); CLUSTER_BUILD=1 builds
 * them from Debian's source package instead. CLUSTER_FOLDER keeps what the cluster is made from for the next run.
 */
import { obstacle, onOwnCluster, run } from './own-cluster.js';

const EXIT_IMPOSSIBLE = 3;
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

const isOwn = pack !== '' || process.env.KUBECONFIG === undefined;
const reason = isOwn ? obstacle(pack) : null;
if (reason === null) {
  process.exitCode = isOwn ? await onOwnCluster(pack, mocha) : await run(mocha[0], mocha.slice(1));
} else {
  console.error(reason);
  process.exitCode = EXIT_IMPOSSIBLE;
}
