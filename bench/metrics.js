/**
 * What do metrics cost the host? `npm run bench:metrics -- --services 1000`.
 *
 * Starts a host with N agents of one service each and scrapes it every 1.1 s, so that each scrape reads all processes
 * again. Prints how long a scrape takes, its processor time beyond that of an idle host, the longest block of the event
 * loop (as measured by the host itself; next to it the same without scrapes, to distinguish a busy machine from a slow
 * scrape), and how long another client waits in the meantime. Exit code 1 if scrapes block the loop 50 ms longer than
 * without them.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { agentsOfOne, onPlant } from './plant.js';
import { allRunning, cpuOf, longestBlock, NEW_READING_MS, quantile, valueOf } from './readings.js';

const SOCKETS = 16;
const SCRAPES = 15;
const WARM_UP = 3;
const IDLE_MS = 10_000;
const MAX_EXTRA_BLOCK_MS = 50;

const { values } = parseArgs({ options: { services: { type: 'string', default: '1000' } } });
const count = Number(values.services);
if (!Number.isInteger(count) || count < 1) throw new Error('--services must be a whole number of at least 1.');

async function startAll(host, config) {
  const ids = Array.from({ length: count }, (_, index) => `bench${index}`);
  await Promise.all(ids.map((id) => host.post('/api/agents/start', { config_path: config, agent_id: id })));
  await allRunning(host, count);
}

/** How long each of many small requests takes, until `isOver`. */
async function askAlong(host, until) {
  const took = [];
  while (!until.isOver) {
    const begun = performance.now();
    await host.post('/api/agents/nobody/stop'); // on separate connections, and without any effect
    took.push(performance.now() - begun);
    await pause(2);
  }
  return took;
}

async function scrapeOnce(host) {
  const begun = performance.now();
  const text = await host.text('/metrics');
  return { tookMs: performance.now() - begun, text };
}

async function measure(host) {
  for (let index = 0; index < WARM_UP; index += 1) {
    await pause(NEW_READING_MS);
    await host.text('/metrics');
  }
  await host.get('/api/usage'); // the host measures its longest block from one reading to the next
  const before = cpuOf(host.pid);
  await pause(IDLE_MS);
  const idle = (cpuOf(host.pid) - before) / (IDLE_MS / 1_000);
  const idleBlockMs = (await host.get('/api/usage')).host.event_loop_lag_ms.max;
  const begun = { cpu: cpuOf(host.pid), at: performance.now() };
  const took = [];
  let last = '';
  for (let index = 0; index < SCRAPES; index += 1) {
    await pause(NEW_READING_MS);
    const { tookMs, text } = await scrapeOnce(host);
    took.push(tookMs);
    last = text;
  }
  const seconds = (performance.now() - begun.at) / 1_000;
  const cpuEachMs = ((cpuOf(host.pid) - begun.cpu - idle * seconds) / SCRAPES) * 1_000;
  const blockMs = await longestBlock(host);
  const until = { isOver: false };
  const asked = askAlong(host, until);
  for (let index = 0; index < 5; index += 1) {
    await pause(NEW_READING_MS);
    await host.text('/metrics');
  }
  until.isOver = true;
  return { idle, took, cpuEachMs, idleBlockMs, blockMs, waits: await asked, text: last };
}

function report({ idle, took, cpuEachMs, idleBlockMs, blockMs, waits, text }) {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  const processes = valueOf(text, 'coredinator_service_processes{service="bench0-corebench"}');
  const figures = (samples) => [0.5, 0.99].map((share) => quantile(samples, share).toFixed(1)).join(' / ');
  console.log(`\n${count} services, Node ${process.version}; a tree has ${processes} process besides its shim.\n`);
  console.log(`a scrape: ${lines} samples, ${(text.length / 1024).toFixed(0)} KiB`);
  console.log(`it takes (median / worst)           ${figures(took)} ms`);
  console.log(
    `processor time of the host          ${cpuEachMs.toFixed(1)} ms per scrape, ${(cpuEachMs / 150).toFixed(2)} % of a core at 15 s`,
  );
  console.log(`processor time without scrapes      ${(idle * 100).toFixed(2)} % of a core`);
  console.log(`another client waits (median / p99) ${figures(waits)} ms`);
  console.log(`longest block without / with them   ${idleBlockMs.toFixed(1)} / ${blockMs.toFixed(1)} ms`);
  const isHeld = blockMs < idleBlockMs + MAX_EXTRA_BLOCK_MS;
  console.log(
    `\nbound ${MAX_EXTRA_BLOCK_MS} ms for what scrapes add to the longest block is ${isHeld ? 'met' : 'MISSED'}.`,
  );
  return isHeld;
}

await onPlant(agentsOfOne(), { sockets: SOCKETS }, async (host, { config }) => {
  await startAll(host, config);
  process.exitCode = report(await measure(host)) ? 0 : 1;
});
