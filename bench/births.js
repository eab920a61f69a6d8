import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, constants, closeSync, openSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { agentsOfOne, makePlant } from './plant.js';

const TIMEOUT_MS = 10_000;

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

/** A plant whose agents have one service each, which writes into a FIFO that it came alive. */
export function makeBirthPlant(folder) {
  const fifo = join(folder, 'births');
  execFileSync('mkfifo', [fifo]);
  const env = { BENCH_FIFO: fifo };
  let description = '';
  const plant = makePlant(folder, agentsOfOne({ env }), (path) => (description = makeProgram(path)));
  return { ...plant, description, fifo, env, isStamped: description.startsWith('C ') };
}

/**
 * Reads the FIFO into which each child writes that it lives. Asked one at a time: `next()` resolves with the next birth, and
 * a birth that nobody awaited makes the following `next()` reject. `at` is on the clock of `process.hrtime.bigint()`: the child's own stamp
 * on Linux, where both are CLOCK_MONOTONIC, the arrival of the line elsewhere.
 */
export function openBirths({ fifo, isStamped }) {
  const isExact = isStamped && process.platform === 'linux';
  const input = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const keeper = openSync(fifo, constants.O_WRONLY); // a FIFO without a writer would be at its end
  const socket = new Socket({ fd: input, readable: true, writable: false });
  let waiting = null;
  let stray = null;

  createInterface({ input: socket }).on('line', (line) => {
    const arrived = process.hrtime.bigint();
    const [stamp, pid, service] = line.split(' ');
    if (waiting === null) {
      stray = line;
      return;
    }
    const { resolve, timer } = waiting;
    waiting = null;
    clearTimeout(timer);
    resolve({ at: isExact ? BigInt(stamp) : arrived, pid: Number(pid), service });
  });

  return {
    clock: isExact ? 'its own clock says when it came alive' : 'it counts as alive when its message arrives here',
    next: () =>
      new Promise((resolve, reject) => {
        if (stray !== null) throw new Error(`A process came alive that nobody started here: ${stray}`);
        const timer = setTimeout(() => {
          waiting = null;
          reject(new Error(`No process came alive within ${TIMEOUT_MS} ms.`));
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
