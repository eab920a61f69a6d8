import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The size of the file system of a state directory that can be full. It has to hold the output of a long run. */
const DISK_MB = 96;

/** How long a service may take to end after the signal of a stop. */
export const GRACE_MS = 250;

/** Short waits without giving up: the rounds should be quick, and every end must lead to a new launch. */
const KIND = {
  executable: 'corechaos',
  backoff: { initial: '60ms', factor: 1, max: '60ms', jitter: 0.2 },
  intensity: { max_restarts: 10_000, period: '20m' },
  recover_after: '1s',
  settle: '40ms',
  stop: { signal: 'SIGTERM', grace: `${GRACE_MS}ms` },
};

/** The kind that gives up, and falls back to the last stable file before: its launches have a bound. */
export const BOUNDED = {
  mode: 'always',
  intensity: { maxRestarts: 3, periodMs: 8_000 },
  recoverAfterMs: 1_000,
};
const BOUNDED_KIND = {
  backoff: { ...KIND.backoff, reset_after: '1500ms' },
  intensity: { max_restarts: BOUNDED.intensity.maxRestarts, period: `${BOUNDED.intensity.periodMs}ms` },
  recover_after: `${BOUNDED.recoverAfterMs}ms`,
};

/** What each program of a run is compiled with. */
const VARIANTS = {
  corechaos: [['-O2', '-static'], ['-O2']],
  innocent: [['-O2']],
  'clock.so': [['-O2', '-shared', '-fPIC']],
};

export const PROGRAMS = Object.keys(VARIANTS);

/** Compiles the programs of a run into `folder`. Throws if the program of the services cannot be compiled. */
export function compilePrograms(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, variants] of Object.entries(VARIANTS)) {
    const source = join(import.meta.dirname, 'programs', `${name.replace('.so', '')}.c`);
    let problem = '';
    const isCompiled = variants.some((flags) => {
      const { status, stderr } = spawnSync('cc', [...flags, '-Wall', '-o', join(folder, name), source], {
        encoding: 'utf8',
      });
      problem = stderr ?? '';
      return status === 0;
    });
    if (!isCompiled) throw new Error(`${name} cannot be compiled (cc): ${problem}`);
  }
}

/**
 * Everything that one host needs, in a folder of its own: a copy of the built package (so that the shim can be chosen
 * as on a machine without a compiler, and a new build does not affect a run), the base path with its program, and the
 * ledger. `disk`: a small file system for its state directory; null: that is in the base path.
 */
export function makePlant({ folder, seed, services, shim, package: root, programs, disk }) {
  const basePath = join(folder, 'base');
  for (const name of ['base', 'counts', 'hosts', 'elsewhere']) mkdirSync(join(folder, name), { recursive: true });
  makePackage(join(folder, 'package'), root, shim);
  for (const name of PROGRAMS) copyFileSync(join(programs, name), join(folder, 'elsewhere', name));
  linkSync(join(folder, 'elsewhere/corechaos'), join(basePath, 'corechaos-1.0.0'));
  const kind = { ...KIND, env: { CHAOS_FOLDER: folder, CHAOS_SEED: String(seed) } };
  const configuration = {
    kinds: {
      alpha: kind,
      beta: { ...kind, depends_on: { alpha: 'started' } },
      coreio: { ...kind, ...BOUNDED_KIND, args: [], shareable: true },
    },
    agent_types: { default: { services: ['alpha', 'beta'] } },
  };
  // The host reads YAML, and JSON is YAML.
  writeFileSync(join(basePath, 'coredinator.yaml'), `${JSON.stringify(configuration, null, 2)}\n`);
  writeFileSync(join(folder, 'agent.yaml'), '{}\n');
  writeFileSync(join(folder, 'ledger'), '');
  return {
    ...{ folder, basePath, shim, disk, releases: 0 },
    stateDir: disk === null ? join(basePath, '.coredinator') : join(disk.folder, 'state'),
    targets: targetsOf(services, folder),
  };
}

/** A small file system for a state directory; null if none can be mounted here. */
export async function smallDisk() {
  const { SmallDisk } = await import('../spec/support/built/small-disk.ts');
  return SmallDisk.mount(DISK_MB);
}

/** A newer version of the program appears: the next launch of each service takes it. */
export function release(plant) {
  plant.releases += 1;
  linkSync(join(plant.folder, 'elsewhere/corechaos'), join(plant.basePath, `corechaos-1.${plant.releases}.0`));
}

/** The targets of commands: agents with two services each, and shared coreio services. */
export function targetsOf(services, folder) {
  const agents = Math.max(1, Math.floor((services - 2) / 2));
  const config_path = join(folder, 'agent.yaml');
  const agent = (index) => {
    const id = `a${index}`;
    return {
      id,
      services: [`${id}-alpha`, `${id}-beta`],
      bound: null,
      start: ['/api/agents/start', { config_path, agent_id: id }],
      stop: [`/api/agents/${id}/stop`],
      status: `/api/agents/${id}/status`,
      intended: (body) => body.intended_state,
    };
  };
  const io = (index) => {
    const id = `io${index}`;
    return {
      id,
      services: [id],
      bound: BOUNDED,
      start: ['/api/io/start', { config_path, coreio_id: id }],
      stop: [`/api/io/${id}/stop`],
      status: `/api/io/${id}/status`,
      intended: (body) => body.status.intended_state,
    };
  };
  return [
    ...Array.from({ length: agents }, (_, index) => agent(index)),
    ...Array.from({ length: Math.max(0, services - 2 * agents) }, (_, index) => io(index)),
  ];
}

/** A copy of the built package, so that a new build does not affect a run. */
export function makePackage(folder, root, shim) {
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  const shims = join(folder, 'lib/process/shim');
  cpSync(join(root, 'lib/process/shim'), shims, { recursive: true });
  // Without the binary the host uses the Node shim, as on a machine for which there is none.
  if (shim === 'node') rmSync(join(shims, 'build'), { recursive: true, force: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}
