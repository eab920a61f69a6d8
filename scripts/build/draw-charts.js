/**
 * Draws the statecharts of the built host into dist/assets/charts/, as a step of a build: they only change with the program, and
 * a host would need half a second for the first one (builtDrawing in lib/host/machines.ts). Runs a host in a temporary folder.
 * Usage: node scripts/build/draw-charts.js
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../dist/main.js';

const charts = join(import.meta.dirname, '../../dist/assets/charts');
const folder = mkdtempSync(join(tmpdir(), 'coredinator-draw-charts-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const options = ['--base-path', folder, '--port', '0', '--log-level', 'error'];
const { url, exited } = await run(options, { PATH: process.env.PATH });
if (url === null) throw new Error(`The host ended with exit code ${await exited}.`);

/** The answer to a request; throws if it failed. */
async function get(path) {
  const answer = await fetch(new URL(path, url));
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

mkdirSync(charts, { recursive: true });
const { machines } = await (await get('/api/machines')).json();
for (const { name } of machines) {
  for (const events of ['main', 'all']) {
    const drawing = await (await get(`/api/machines/${name}?format=svg&events=${events}`)).text();
    writeFileSync(join(charts, `${name}-${events}.svg`), drawing);
  }
}
process.exit(0); // and with it the host
