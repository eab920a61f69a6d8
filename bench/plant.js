import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, 'corebench.c');

/** Says only that it lives, not since when: the time is then that of the message's arrival. */
const SHELL_PROGRAM = `#!/bin/sh
echo "0 $$ \${COREDINATOR_SERVICE_ID:--}" >"$BENCH_FIFO"
exec sleep 3600
`;

/** Makes the child program; static where that can be linked, dynamic where not, a shell script where there is no compiler. */
function makeProgram(path) {
  for (const flags of [['-O2', '-static'], ['-O2']]) {
    const { status } = spawnSync('cc', [...flags, '-o', path, source], { stdio: 'ignore' });
    if (status === 0) return `C (cc ${flags.join(' ')})`;
  }
  writeFileSync(path, SHELL_PROGRAM);
  chmodSync(path, 0o755);
  return 'a shell script, since cc is not there';
}

/** A base path below `folder` with one executable, one kind of service, and an agent type of that service alone. */
export function makePlant(folder) {
  const basePath = join(folder, 'base');
  mkdirSync(basePath);
  const program = join(basePath, 'corebench-1.0.0');
  const description = makeProgram(program);
  const fifo = join(folder, 'births');
  execFileSync('mkfifo', [fifo]);
  const env = { BENCH_FIFO: fifo };
  const configuration = {
    kinds: { corebench: { executable: 'corebench', env } },
    agent_types: { default: { services: ['corebench'] } },
  };
  // JSON is YAML, and the host reads the latter.
  writeFileSync(join(basePath, 'coredinator.yaml'), `${JSON.stringify(configuration, null, 2)}\n`);
  const config = join(folder, 'bench.yaml');
  writeFileSync(config, '{}\n');
  return { basePath, config, program, description, fifo, env, isStamped: description.startsWith('C ') };
}
