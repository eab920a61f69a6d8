import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const FLAGS = [['-O2', '-static'], ['-O2']];

/** Compiles `<name>.c` of this folder to `path`, static if it can be linked; the command, or null without a compiler. */
export function compile(name, path) {
  for (const flags of FLAGS) {
    const { status } = spawnSync('cc', [...flags, '-o', path, join(import.meta.dirname, `${name}.c`)], {
      stdio: 'ignore',
    });
    if (status === 0) return `cc ${flags.join(' ')}`;
  }
  return null;
}

/** The path of a program in the PATH or in a folder of daemons; null if it is not installed. */
export function findProgram(name) {
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/local/sbin`;
  const { status, stdout } = spawnSync('sh', ['-c', 'command -v "$0"', name], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  return status === 0 ? stdout.trim() : null;
}

/** The version of the Debian package of a program that cannot say its own; null if the program is not installed. */
export function packageVersion(program, name) {
  if (findProgram(program) === null) return null;
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}
