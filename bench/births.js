import { constants, closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

const TIMEOUT_MS = 10_000;

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
