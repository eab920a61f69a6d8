import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = join(import.meta.dirname, 'corechaos.c');

/** Short waits without giving up: the rounds should be quick, and every end must lead to a new launch. */
const KIND = {
  executable: 'corechaos',
  backoff: { initial: '60ms', factor: 1, max: '60ms', jitter: 0.2 },
  intensity: { max_restarts: 10_000, period: '20m' },
  recover_after: '1s',
  settle: '40ms',
  stop: { signal: 'SIGTERM', grace: '250ms' },
};

/**
 * Everything that a run needs, in one new temporary folder: a copy of the built package (so that the shim can be chosen
 * as on a machine without a compiler, and a new build does not affect a run), the base path with its program, and the
 * ledger.
 */
export function makePlant({ seed, services, shim, package: root }) {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-chaos-'));
  const basePath = join(folder, 'base');
  for (const name of ['base', 'counts', 'hosts']) mkdirSync(join(folder, name));
  makePackage(join(folder, 'package'), root, shim);
  makeProgram(join(basePath, 'corechaos'));
  const kind = { ...KIND, env: { CHAOS_FOLDER: folder, CHAOS_SEED: String(seed) } };
  const configuration = {
    kinds: {
      alpha: kind,
      beta: { ...kind, depends_on: { alpha: 'started' } },
      coreio: { ...kind, args: [], shareable: true },
    },
    agent_types: { default: { services: ['alpha', 'beta'] } },
  };
  // The host reads YAML, and JSON is YAML.
  writeFileSync(join(basePath, 'coredinator.yaml'), `${JSON.stringify(configuration, null, 2)}\n`);
  writeFileSync(join(folder, 'agent.yaml'), '{}\n');
  writeFileSync(join(folder, 'ledger'), '');
  return { folder, basePath, stateDir: join(basePath, '.coredinator'), targets: targetsOf(services, folder) };
}

/** The targets of commands: agents with two services each, and shared coreio services. */
function targetsOf(services, folder) {
  const agents = Math.max(1, Math.floor((services - 2) / 2));
  const config_path = join(folder, 'agent.yaml');
  const agent = (index) => {
    const id = `a${index}`;
    return {
      id,
      services: [`${id}-alpha`, `${id}-beta`],
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

function makePackage(folder, root, shim) {
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  const shims = join(folder, 'lib/process/shim');
  cpSync(join(root, 'lib/process/shim'), shims, { recursive: true });
  // Without the binary the host uses the shell shim, as on a machine without a compiler.
  if (shim === 'sh') rmSync(join(shims, 'build'), { recursive: true, force: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}

function makeProgram(path) {
  for (const flags of [['-O2', '-static'], ['-O2']]) {
    const { status, stderr } = spawnSync('cc', [...flags, '-Wall', '-o', path, source], { encoding: 'utf8' });
    if (status === 0) return;
    if (flags.length === 1) throw new Error(`The program of the services cannot be compiled (cc): ${stderr ?? ''}`);
  }
}
