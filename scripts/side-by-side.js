/**
 * Runs npm scripts in parallel, as many at a time as there are processors, in the given order. The output of each is
 * printed when it has finished, below its name. Exits with 1 if one of them failed; the others still run.
 * Usage: node scripts/side-by-side.js SCRIPT...
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Runs one script, and resolves with whether it succeeded. */
function run(script) {
  const begunAt = performance.now();
  // Collected in one text, so that standard error keeps its place in the output.
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

/** Runs the waiting scripts, one after the other. */
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
