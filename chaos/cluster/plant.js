import { copyFileSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GRACE_MS, makePackage, PROGRAMS, targetsOf } from '../plant.js';

/** Short waits without giving up, and the output of all launches, for the check at the end. */
const KIND = {
  executable: 'corechaos',
  backoff: { initial: '60ms', factor: 1, max: '60ms', jitter: 0.2 },
  intensity: { max_restarts: 10_000, period: '20m' },
  settle: '40ms',
  stop: { signal: 'SIGTERM', grace: `${GRACE_MS}ms` },
  logs: { keep: 1_000 },
};
const IMAGE = process.env.CLUSTER_IMAGE ?? 'docker.io/local/base:1';

/**
 * Everything that one host with services in a cluster needs, in a folder of its own that the nodes see at the same path: a
 * copy of the built package, the base path with its program, and the ledger.
 */
export function makeClusterPlant({ folder, seed, services, package: root, programs, namespace }) {
  const basePath = join(folder, 'base');
  for (const name of ['base', 'counts', 'hosts', 'elsewhere']) mkdirSync(join(folder, name), { recursive: true });
  makePackage(join(folder, 'package'), root, 'native');
  for (const name of PROGRAMS) copyFileSync(join(programs, name), join(folder, 'elsewhere', name));
  linkSync(join(folder, 'elsewhere/corechaos'), join(basePath, 'corechaos-1.0.0'));
  const kind = { ...KIND, env: { CHAOS_FOLDER: folder, CHAOS_SEED: String(seed) } };
  const volumes = [{ path: folder, host_path: folder, read_only: false }];
  const configuration = {
    engine: { kubernetes: { image: IMAGE, namespace, volumes } },
    kinds: { alpha: kind, beta: { ...kind, depends_on: { alpha: 'started' } } },
    agent_types: { default: { services: ['alpha', 'beta'] } },
  };
  // The host reads YAML, and JSON is YAML.
  writeFileSync(join(basePath, 'coredinator.yaml'), `${JSON.stringify(configuration, null, 2)}\n`);
  writeFileSync(join(folder, 'agent.yaml'), '{}\n');
  writeFileSync(join(folder, 'ledger'), '');
  return {
    ...{ folder, basePath, shim: 'native', stateDir: join(basePath, '.coredinator') },
    targets: targetsOf(services + 2, folder).filter(({ bound }) => bound === null),
  };
}
