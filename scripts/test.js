/**
 * The test command: runs the build and the tiers one after the other. At the same time, with a lower priority, it runs
 * what only needs processors, in what the tiers leave of them (the medium one waits a third of the time): `npm run check`, and the
 * simulations; and it installs the packages of the last tier. The output of these is printed when they have ended. Exits with 1 if
 * something failed; a failed tier is the last one.
 * Usage: node scripts/test.js
 */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/** Runs an npm script, and resolves with whether it succeeded. */
function run(script, stdio) {
  const child = spawn('npm', ['run', script], { stdio });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
  return { child, ended };
}

async function foreground(script) {
  return run(script, ['ignore', 'inherit', 'inherit']).ended;
}

async function background(script) {
  const { child, ended } = run(script, ['ignore', 'pipe', 'pipe']);
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL); // and of all that it starts
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const passed = await ended;
  process.stdout.write(Buffer.concat(output));
  return passed;
}

/** Resolves with what failed; empty: nothing. */
async function tiers() {
  const packages = background('test:packages');
  for (const script of ['build', 'test:small']) {
    if (!(await foreground(script))) return [script];
  }
  const simulations = background('test:simulation');
  if (!(await foreground('test:medium'))) return ['test:medium'];
  if (!(await simulations)) return ['test:simulation'];
  if (!(await packages)) return ['test:packages'];
  return (await foreground('test:large')) ? [] : ['test:large'];
}

const [isChecked, failed] = await Promise.all([background('check'), tiers()]);
if (!isChecked) failed.push('check');
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}.`);
  process.exitCode = 1;
}
