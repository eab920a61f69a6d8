/**
 * Runs npm scripts side by side, as many at a time as there are processors, in the order given. What one says is printed when it has
 * ended, whole and below its name. Ends with 1 when one of them failed; the rest is run all the same.
 * Usage: node scripts/side-by-side.js SCRIPT...
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Runs one, and resolves with whether it ended well. */
function run(script) {
  const begunAt = performance.now();
  // As one text: what it says to its standard error belongs where it said it.
  const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = ((performance.now() - begunAt) / 1000).toFixed(1);
      console.log(`${script}: ${code === 0 ? 'passed' : 'FAILED'} (${seconds} s)`);
      process.stdout.write(Buffer.concat(said));
      resolve(code === 0);
    });
  });
}

const waiting = process.argv.slice(2);
const failed = [];

/** Runs what waits, one after the other. */
async function work() {
  for (let script = waiting.shift(); script !== undefined; script = waiting.shift()) {
    if (!(await run(script))) failed.push(script);
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}.`);
  process.exitCode = 1;
}
