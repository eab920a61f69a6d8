import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, constants, closeSync, openSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { agentsOfOne, makePlant } from './plant.js';

const TIMEOUT_MS = 10_000;

const source = join(import.meta.dirname, 'corebench.c');

/** Reports only that it is alive, not since when: the time is that of the message's arrival. */
const SHELL_PROGRAM = `#!/bin/sh
echo "0 $$ \${COREDINATOR_SERVICE_ID:--}" >"$BENCH_FIFO"
exec sleep 3600
`;

/** Builds the child program: static if it can be linked, else dynamic, or a shell script without a compiler. */
function makeProgram(path) {
  for (const flags of [['-O2', '-static'], ['-O2']]) {
    const { status } = spawnSync('cc', [...flags, '-o', path, source], { stdio: 'ignore' });
    if (status === 0) return `C (cc ${flags.join(' ')})`;
  }
  writeFileSync(path, SHELL_PROGRAM);
  chmodSync(path, 0o755);
  return 'a shell script, because cc is not available';
}

/** A plant whose agents have one service each, which reports in a FIFO that it is alive. */
export function makeBirthPlant(folder) {
  const fifo = join(folder, 'births');
  execFileSync('mkfifo', [fifo]);
  const env = { BENCH_FIFO: fifo };
  let description = '';
  const plant = makePlant(folder, agentsOfOne({ env }), (path) => (description = makeProgram(path)));
  return { ...plant, description, fifo, env, isStamped: description.startsWith('C ') };
}

/**
 * Reads the FIFO into which each child writes that it is alive. Only one call at a time: `next()` resolves with the
 * next birth, and an unexpected birth makes the following `next()` reject. `at` is on the clock of
 * `process.hrtime.bigint()`: on Linux the child's own timestamp, as both are CLOCK_MONOTONIC, elsewhere the arrival of
 * the line.
 */
export function openBirths({ fifo, isStamped }) {
  const isExact = isStamped && process.platform === 'linux';
  const input = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const keeper = openSync(fifo, constants.O_WRONLY); // a FIFO without a writer would be at its end
  const socket = new Socket({ fd: input, readable: true, writable: false });
  let waiting = null;
  let unexpected = null;

  createInterface({ input: socket }).on('line', (line) => {
    const arrived = process.hrtime.bigint();
    const [stamp, pid, service] = line.split(' ');
    if (waiting === null) {
      unexpected = line;
      return;
    }
    const { resolve, timer } = waiting;
    waiting = null;
    clearTimeout(timer);
    resolve({ at: isExact ? BigInt(stamp) : arrived, pid: Number(pid), service });
  });

  return {
    clock: isExact ? 'its own clock says when it was alive' : 'it counts as alive when its message arrives here',
    next: () =>
      new Promise((resolve, reject) => {
        if (unexpected !== null) throw new Error(`An unexpected process was started: ${unexpected}`);
        const timer = setTimeout(() => {
          waiting = null;
          reject(new Error(`No process was alive within ${TIMEOUT_MS} ms.`));
        }, TIMEOUT_MS);
        waiting = { resolve, timer };
      }),
    close() {
      clearTimeout(waiting?.timer);
      socket.destroy();
      closeSync(keeper);
    },
  };
}
