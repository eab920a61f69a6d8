/**
 * What do readers of events cost the host, and how delayed are events? `npm run bench:events -- --readers 500`.
 *
 * Starts a host with one service, restarts it repeatedly by command, and follows the events, once with one reader and
 * once with N, each with its own connection. The delay is the time from the timestamp of the event until the reader has
 * it: it includes the commit to disk, and the work of this process, which shares the machine. Also prints how long
 * another client waits in the meantime and what it costs the host. Exit code 1 if a reader misses an event, gets one
 * twice, or gets them in a different order than the journal.
 */
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { hostServices, onPlant } from './plant.js';
import { cpuOf, quantile } from './readings.js';

const RESTARTS = 60;
const BETWEEN_MS = 100;
const PATIENCE_MS = 60_000;
const ASK_EVERY_MS = 10;

const { values } = parseArgs({ options: { readers: { type: 'string', default: '500' } } });
const count = Number(values.readers);
if (!Number.isInteger(count) || count < 1 || count > 700)
  throw new Error('--readers must be a whole number from 1 to 700.');

const now = () => performance.timeOrigin + performance.now();

/** A started reader; `seqs` and `late` grow with the events that it gets. */
function openReader(url) {
  const reader = { seqs: [], late: [], close: () => message.destroy() };
  let rest = '';
  const message = request(`${url}/api/events`, { agent: false });
  return new Promise((resolve, reject) => {
    message.on('error', reject); // has no effect once it has started
    message.on('response', (response) => {
      if (response.statusCode !== 200) reject(new Error(`A reader was refused (${response.statusCode}).`));
      response.setEncoding('utf8');
      response.on('error', () => undefined);
      response.on('data', (part) => {
        const at = now();
        const blocks = (rest + part).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) take(block, at);
      });
    });
    message.end();

    function take(block, at) {
      if (block.includes('event: position')) resolve(reader);
      if (block.includes('event: ') || !block.includes('\ndata: ')) return;
      const event = JSON.parse(block.slice(block.indexOf('\ndata: ') + 7));
      reader.seqs.push(event.seq);
      reader.late.push(at - Date.parse(event.at));
    }
  });
}

/** How long each of many requests takes, until stopped. */
async function askAlong(host, until) {
  const took = [];
  while (!until.isOver) {
    const begun = performance.now();
    await host.get('/api/services/one');
    took.push(performance.now() - begun);
    await pause(ASK_EVERY_MS);
  }
  return took;
}

async function newest(host, after) {
  const events = [];
  for (let next = after; next !== null;) {
    const page = await host.get(`/api/events/history?limit=1000&after=${next}`);
    events.push(...page.events.map(({ seq }) => seq));
    next = page.next;
  }
  return events;
}

async function measure(host, readerCount) {
  const readers = [];
  while (readers.length < readerCount) {
    const lot = Math.min(50, readerCount - readers.length);
    readers.push(...(await Promise.all(Array.from({ length: lot }, () => openReader(host.url)))));
  }
  await pause(1_000);
  const before = (await newest(host, 0)).at(-1);
  const until = { isOver: false };
  const begun = { cpu: cpuOf(host.pid), at: performance.now() };
  const asked = askAlong(host, until);
  for (let index = 0; index < RESTARTS; index += 1) {
    await host.post('/api/services/one/restart');
    await pause(BETWEEN_MS);
  }
  const seconds = (performance.now() - begun.at) / 1_000;
  const cpu = (cpuOf(host.pid) - begun.cpu) / seconds;
  until.isOver = true;
  const waits = await asked;
  const wanted = await settled(host, before, readers);
  for (const reader of readers) reader.close();
  const wrong = readers.filter(({ seqs }) => seqs.filter((seq) => seq > before).join() !== wanted.join());
  return {
    wanted,
    wrong,
    late: readers.flatMap((reader) => reader.late),
    waits,
    cpu,
    perSecond: wanted.length / seconds,
  };
}

/** The events of the journal, once it has not grown for a second and every reader has its last event. */
async function settled(host, after, readers) {
  const end = performance.now() + PATIENCE_MS;
  for (let last = -1; performance.now() < end;) {
    const events = await newest(host, after);
    if (events.at(-1) === last && readers.every(({ seqs }) => seqs.at(-1) === last)) return events;
    last = events.at(-1);
    await pause(1_000);
  }
  throw new Error('Readers miss the newest events.');
}

function report(readerCount, { wanted, late, waits, cpu, perSecond, wrong }) {
  const figures = (samples) => [0.5, 0.99, 1].map((share) => quantile(samples, share).toFixed(1)).join(' / ');
  console.log(`\n${readerCount} readers, ${wanted.length} events, ${perSecond.toFixed(0)} per second`);
  console.log(`delay (median / p99 / worst)                 ${figures(late)} ms`);
  console.log(`another client waits (median / p99 / worst)  ${figures(waits)} ms`);
  console.log(`processor time of the host                   ${(cpu * 100).toFixed(0)} % of a core`);
  console.log(`readers with lost, repeated or swapped events ${wrong.length}`);
  return wrong.length === 0;
}

await onPlant(hostServices(['one'], { settle: '0ms' }), {}, async (host) => {
  for (const readers of [1, count]) {
    if (!report(readers, await measure(host, readers))) process.exitCode = 1;
  }
});
