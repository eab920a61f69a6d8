/**
 * Where does the time of the main thread go? `npm run bench:flame -- --of start --out start.svg`.
 *
 *   --of start|boot   the start of many services in one go, or of a host that adopts them; default: start
 *   --services N      default: 1000
 *   --main PATH       the program of another build; default: this one
 *   --out FILE        the flame graph (SVG)
 *
 * Profiled every 0.5 ms, without the time in which the host waits. What the profiler costs is in it, so compare shares
 * and graphs of the same run, not times with those of other measurements.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startHost } from './host.js';
import { hostServices, inFolder, makePlant } from './plant.js';
import { allRunning } from './readings.js';
import { flameGraph } from './report/flame.js';

const SOCKETS = 16;
const QUIET_MS = 2_000;
const INTERVAL_US = 500;

const { values } = parseArgs({
  options: {
    of: { type: 'string', default: 'start' },
    services: { type: 'string', default: '1000' },
    main: { type: 'string' },
    out: { type: 'string' },
  },
});
const count = Number(values.services);
if (!Number.isInteger(count) || count < 1) throw new Error('--services must be a whole number of at least 1.');
if (values.of !== 'start' && values.of !== 'boot') throw new Error('--of must be start or boot.');
if (values.out === undefined) throw new Error('--out must name the file for the flame graph.');

const ids = Array.from({ length: count }, (_, index) => `bench${index}`);
const build = values.main === undefined ? {} : { main: values.main };

function profiled(folder) {
  const nodeOptions = ['--cpu-prof', '--cpu-prof-dir', folder, '--cpu-prof-interval', String(INTERVAL_US)];
  return { sockets: SOCKETS, nodeOptions, ...build };
}

/** Runs a host until `work` is done, and returns its profile, and the time before `work`. */
async function profileOf(basePath, folder, work) {
  const begun = performance.now();
  const host = await startHost(basePath, profiled(folder));
  const before = performance.now() - begun;
  await work(host, begun);
  const after = performance.now() - begun;
  await host.stop();
  const name = readdirSync(folder).find((file) => file.endsWith('.cpuprofile'));
  return { profile: JSON.parse(readFileSync(join(folder, name), 'utf8')), before, after };
}

/** The samples of a profile until so many milliseconds after its beginning. */
function until({ nodes, samples, timeDeltas }, ms) {
  let at = 0;
  const end = timeDeltas.findIndex((delta) => (at += delta) > ms * 1_000);
  return { nodes, samples: samples.slice(0, end), timeDeltas: timeDeltas.slice(0, end) };
}

async function start(folder) {
  const { basePath } = makePlant(folder, hostServices(ids, { settle: '0ms', autostart: false }));
  const { profile, before, after } = await profileOf(basePath, folder, async (host) => {
    await Promise.all(ids.map((id) => host.post(`/api/services/${id}/start`)));
    await allRunning(host, count);
  });
  return { profile: until(profile, after), from: before * 1_000 };
}

async function boot(folder) {
  const { basePath } = makePlant(folder, hostServices(ids, { settle: '0ms' }));
  const first = await startHost(basePath, { sockets: SOCKETS, ...build });
  await allRunning(first, count);
  await pause(QUIET_MS);
  await first.kill();
  const { profile, after } = await profileOf(basePath, folder, (host) => allRunning(host, count));
  return { profile: until(profile, after), from: 0 };
}

await inFolder(async (folder) => {
  const { profile, from } = await (values.of === 'start' ? start : boot)(folder);
  const what = values.of === 'start' ? `Start of ${count} services in one go` : `A host that adopts ${count} services`;
  writeFileSync(values.out, flameGraph(profile, { title: what, count, per: 'service', from }));
  console.log(`${values.out}: ${what.toLowerCase()}.`);
});
