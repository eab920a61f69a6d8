/**
 * How much of a request is Koa, how much the process, how much the host? `npm run bench:inside -- --rounds 7`.
 *
 * Bare routes of Koa (../rows/bare-app.js) give the answers of a host with 100 running services: in a process of their own, and in the
 * process of the host, next to its heap. Rates of 16 connections for 2 s each, in turn; medians, and what share they are of the bare
 * route in its own process.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { hostServices, inFolder, makePlant } from '../plant.js';
import { compile } from '../programs/programs.js';
import { allRunning } from '../readings.js';
import { startHost } from '../host.js';
import { median, spreadOf } from '../report/statistics.js';
import { bareText, giveTheSame } from '../rows/bare-app.js';
import { rotated } from '../rows/rounds.js';
import { requestText, startLoad } from '../stage/load.js';

const SERVICES = 100;
const CONNECTIONS = 16;
const SECONDS = 2;
const PATHS = { status: '/api/services/bench50', list: `/api/services?limit=${SERVICES}` };

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number of at least 1.');

const ids = Array.from({ length: SERVICES }, (_, index) => `bench${index}`);

/** Starts a host with bare routes inside; their port is `inside`. */
async function hostIn(folder) {
  const { basePath } = makePlant(folder, hostServices(ids, { settle: '0ms', autostart: true }));
  const file = join(folder, 'bare-port');
  const inside = pathToFileURL(join(import.meta.dirname, '../rows/bare-inside.js'));
  const host = await startHost(basePath, { nodeOptions: ['--import', inside.href], env: { BENCH_BARE_PORT: file } });
  return { host, port: Number(new URL(host.url).port), inside: Number(readFileSync(file, 'utf8')) };
}

async function measure(load, what, { port, inside, alone }) {
  const rows = [
    ['bare route', bareText(alone, 'same', what), alone],
    ['… with an id and a histogram', bareText(alone, 'counted', what), alone],
    ['bare route in the process of the host', bareText(inside, 'same', what), inside],
    ['… with an id and a histogram in it', bareText(inside, 'counted', what), inside],
    ['host', requestText(port, PATHS[what]), port],
  ];
  for (const bare of [alone, inside]) await giveTheSame(bare, what, { port, path: PATHS[what] });
  const rates = new Map(rows.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, text, to] of rotated(rows, round))
      rates.get(name).push((await startLoad(load, [to, CONNECTIONS, SECONDS], text).done).rate);
  }
  const limit = rates.get(rows[0][0]);
  for (const [name, each] of rates) {
    const share = median(each.map((rate, round) => rate / limit[round]));
    const { median: rate, min, max } = spreadOf(each);
    const range = `${Math.round(min)} to ${Math.round(max)}`;
    console.log(`${what}, ${name}: ${Math.round(rate)} requests/s (${range}), ${share.toFixed(2)}`);
  }
}

await inFolder(async (folder) => {
  const load = join(folder, 'coreload');
  if (compile('coreload', load) === null) throw new Error('Install a C compiler (apt-get install gcc).');
  const { host, ...ports } = await hostIn(folder);
  const child = fork(join(import.meta.dirname, '../rows/bare-route.js'));
  try {
    const [{ port: alone }] = await once(child, 'message');
    await allRunning(host, SERVICES);
    for (const what of Object.keys(PATHS)) await measure(load, what, { ...ports, alone });
  } finally {
    child.disconnect();
    await host.stop();
  }
});
