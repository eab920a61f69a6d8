import { execFileSync } from 'node:child_process';
import { chmodSync, constants, closeSync, openSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { agentsOfOne, makePlant } from './plant.js';
import { compile } from './programs/programs.js';

const TIMEOUT_MS = 10_000;

/** Reports only that it is alive, not since when: the time is that of the message's arrival. */
const SHELL_PROGRAM = `#!/bin/sh
echo "0 $$ \${COREDINATOR_SERVICE_ID:--} alive" >"$BENCH_FIFO"
exec sleep 3600
`;

/** Builds the child program, or a shell script without a compiler. */
function makeProgram(path) {
  const command = compile('corebench', path);
  if (command !== null) return `C (${command})`;
  writeFileSync(path, SHELL_PROGRAM);
  chmodSync(path, 0o755);
  return 'a shell script, because cc is not available';
}

/** The FIFO into which the children of a folder report. */
export function makeFifo(folder) {
  const fifo = join(folder, 'births');
  execFileSync('mkfifo', [fifo]);
  return fifo;
}

/** A plant whose agents have one service each, which reports in a FIFO that it is alive. */
export function makeBirthPlant(folder) {
  const fifo = makeFifo(folder);
  const env = { BENCH_FIFO: fifo };
  let description = '';
  const plant = makePlant(folder, agentsOfOne({ env }), (path) => (description = makeProgram(path)));
  return { ...plant, description, fifo, env, isStamped: description.startsWith('C ') };
}

/**
 * Calls `listener` with each report in the FIFO: `what` is `alive` or `asked` (to end, by SIGTERM), `at` is on the clock
 * of `process.hrtime.bigint()`: on Linux the child's own timestamp, as both are CLOCK_MONOTONIC, elsewhere the arrival
 * of the line.
 */
export function readReports({ fifo, isStamped }, listener) {
  const isExact = isStamped && process.platform === 'linux';
  const input = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const keeper = openSync(fifo, constants.O_WRONLY); // a FIFO without a writer would be at its end
  const socket = new Socket({ fd: input, readable: true, writable: false });
  createInterface({ input: socket }).on('line', (line) => {
    const arrived = process.hrtime.bigint();
    const [stamp, pid, service, what] = line.split(' ');
    listener({ at: isExact ? BigInt(stamp) : arrived, pid: Number(pid), service, what });
  });
  return {
    isExact,
    close() {
      socket.destroy();
      closeSync(keeper);
    },
  };
}

/**
 * The births in the FIFO. Only one call at a time: `next()` resolves with the next birth, and an unexpected birth makes
 * the following `next()` reject.
 */
export function openBirths(plant) {
  let waiting = null;
  let unexpected = null;
  const { isExact, close } = readReports(plant, (report) => {
    if (report.what !== 'alive') return;
    if (waiting === null) {
      unexpected = report;
      return;
    }
    const { resolve, timer } = waiting;
    waiting = null;
    clearTimeout(timer);
    resolve(report);
  });

  return {
    clock: isExact ? 'its own clock says when it was alive' : 'it counts as alive when its message arrives here',
    next: () =>
      new Promise((resolve, reject) => {
        if (unexpected !== null)
          throw new Error(`An unexpected process was started: ${unexpected.pid} of ${unexpected.service}`);
        const timer = setTimeout(() => {
          waiting = null;
          reject(new Error(`No process was alive within ${TIMEOUT_MS} ms.`));
        }, TIMEOUT_MS);
        waiting = { resolve, timer };
      }),
    close() {
      clearTimeout(waiting?.timer);
      close();
    },
  };
}
