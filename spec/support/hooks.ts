import childProcess from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { readdirSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { relative } from 'node:path';
import type { Context } from 'mocha';
import { environmentOf } from '../../lib/process/os/process-environment.ts';
import { procStat } from '../../lib/process/os/process-identity.ts';
import { eventually } from './eventually.ts';
import { removeTemporaryFolders } from './temporary.ts';

const NAME = 'SPECS_OF';
/** Every process that a spec starts, including services, inherits this and can be found if it outlives its test. */
const MARK = `${NAME}=${randomUUID()}`;
process.env[NAME] = MARK.slice(NAME.length + 1);
// Authorities of the machine, which every Node process parses when it starts: 90 ms for a hundred of them. Specs only connect to
// this machine, with certificates of their own.
delete process.env['NODE_EXTRA_CA_CERTS'];
/** Shorter than mocha's timeout, so that this hook reports what is left. */
const ENDS_WITHIN_MS = 1_800;

interface Tagged {
  readonly pid: number;
  readonly command: string;
}

/**
 * Whether it is the compiler process of tsx, which no spec has started and which appears if a file is not in the cache.
 */
function isOurCompiler(pid: string, command: string): boolean {
  if (!/\/esbuild --service=/.test(command)) return false;
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(parent) === process.pid;
}

/** The command line of a live process with our tag; null for all others. */
function commandOf(pid: string): string | null {
  try {
    if (environmentOf(Number(pid))?.includes(MARK) !== true) return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    if (command === '' && procStat(Number(pid))?.isDead !== false) return null; // otherwise it starts another program
    return isOurCompiler(pid, command) ? null : command;
  } catch {
    return null; // it has just ended
  }
}

/** Live processes with our tag, by pid; none on systems without /proc. */
function tagged(): readonly Tagged[] {
  const seen = new Set([String(process.pid)]);
  const found: Tagged[] = [];
  // A process may start another one and end before it is checked: so the search ends only when no new one has appeared.
  for (;;) {
    const pids = process.platform === 'linux' ? readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)) : [];
    const fresh = pids.filter((pid) => !seen.has(pid));
    if (fresh.length === 0) return found;
    for (const pid of fresh) {
      seen.add(pid);
      const command = commandOf(pid);
      if (command !== null) found.push({ pid: Number(pid), command });
    }
  }
}

/**
 * Whether a process with our tag may be alive. Checking all processes takes some milliseconds, which would slow down
 * thousands of tests that start none. So it is only done from the start of a process until none is found: without a
 * process, no other can appear.
 */
let mayLive = false;

subscribe('child_process', () => {
  mayLive = true; // spawn, fork and functions based on them
});
/** The same function, which also records that it was called. */
function recording<F extends (...args: never[]) => unknown>(start: F): F {
  return new Proxy(start, {
    apply(target, self, args): unknown {
      mayLive = true;
      return Reflect.apply(target, self, args);
    },
  });
}
childProcess.spawnSync = recording(childProcess.spawnSync);
childProcess.execSync = recording(childProcess.execSync);
childProcess.execFileSync = recording(childProcess.execFileSync);
syncBuiltinESMExports();

function living(): readonly Tagged[] {
  if (!mayLive) return [];
  const found = tagged();
  mayLive = found.length > 0;
  return found;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

/**
 * Fails if processes are left after a while, and kills them. It names the file, because reporters do not name that of a
 * hook.
 */
async function assertGone(left: () => readonly Tagged[], where: string): Promise<void> {
  try {
    await eventually(() => {
      const outliving = left();
      if (outliving.length === 0) return;
      throw new Error(
        `left behind ${where} ${file}: ${outliving.map(({ pid, command }) => `${pid} (${command})`).join(', ')}`,
      );
    }, ENDS_WITHIN_MS);
  } catch (error) {
    for (const { pid } of left()) kill(pid);
    throw error;
  }
}

let known: ReadonlySet<number> = new Set();
let file = '';

/**
 * Root hooks of every tier: a test that leaves a process behind fails, whatever it asserted, and so does a file whose
 * own hooks do. With `--parallel` each file has its own end; otherwise the end is that of the run, and the named file
 * is the last one.
 */
export const mochaHooks = {
  beforeEach(this: Context): void {
    file = relative(process.cwd(), this.currentTest?.file ?? '');
    known = new Set(living().map(({ pid }) => pid));
  },

  // Two hooks, each with its own timeout: removing folders must not use up the time of processes that are ending.
  afterEach: [() => assertGone(() => living().filter(({ pid }) => !known.has(pid)), 'in'), removeTemporaryFolders],

  afterAll: [removeTemporaryFolders, () => assertGone(tagged, 'at the end of')],
};
