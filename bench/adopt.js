/**
 * What does a crash of the host cost its services? `npm run bench:adopt -- --services 1000`.
 *
 * Starts a host with N agents of one service each, kills it with SIGKILL, starts it again, and counts the kept
 * processes. Prints how long each step took and what the host needs. `--profile DIR` writes a CPU profile of the second
 * host there. Exit code 1 if a service was lost or duplicated, or if restoring 1,000 takes more than 2 s.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makeBirthPlant, readReports } from './births.js';
import { startHost } from './host.js';
import { inFolder } from './plant.js';
import { census, memoryOf } from './stage/processes.js';
import { cpuOf, quantile } from './readings.js';

const SOCKETS = 16;
/** The time until the host is idle after the start: the compiler and the garbage collector continue for a while. */
const REST_MS = 10_000;
const IDLE_MS = 10_000;
const EXITS = 20;
const ASK_MS = 20;
const PATIENCE_MS = 120_000;
const BOUND_MS_PER_1000 = 2_000;

const { values } = parseArgs({
  options: { services: { type: 'string', default: '1000' }, profile: { type: 'string' } },
});
const count = Number(values.services);
if (!Number.isInteger(count) || count < EXITS)
  throw new Error(`--services must be a whole number of at least ${EXITS}.`);

const ids = Array.from({ length: count }, (_, index) => `bench${index}`);
const ms = (from) => performance.now() - from;

/** Counts the children that report that they are alive, and empties their FIFO. */
function countBirths(plant) {
  let births = 0;
  let wanted = Infinity;
  let done = () => undefined;
  const { close } = readReports(plant, ({ what }) => {
    if (what === 'alive') births += 1;
    if (births >= wanted) done();
  });
  return {
    reach: (number) =>
      new Promise((resolve) => {
        [wanted, done] = [number, resolve];
        if (births >= number) resolve();
      }),
    close,
  };
}

/** All services, from all pages. */
async function services(host) {
  const all = [];
  for (let cursor = null; ;) {
    const page = await host.get(`/api/services?limit=1000${cursor === null ? '' : `&cursor=${cursor}`}`);
    all.push(...page.services);
    if (page.next === null) return all;
    cursor = page.next;
  }
}

async function allRunning(host) {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const all = await services(host);
    const running = all.filter(({ state, pid }) => state === 'running' && pid !== null);
    if (running.length === count) return new Map(running.map(({ id, pid }) => [id, pid]));
    if (performance.now() > until) throw new Error(`Only ${running.length} of ${count} services are running.`);
    await pause(20);
  }
}

/** Requests one status repeatedly until stopped; returns how long each response took. */
async function askAlong(host, until) {
  const took = [];
  while (!until.isOver) {
    const begun = performance.now();
    await host.get(`/api/agents/${ids[0]}/status`);
    took.push(ms(begun));
    await pause(2);
  }
  return took;
}

async function startAll(host, births, plant) {
  const begun = performance.now();
  const alive = births.reach(count).then(() => ms(begun));
  const until = { isOver: false };
  const asked = askAlong(host, until);
  await Promise.all(ids.map((id) => host.post('/api/agents/start', { config_path: plant.config, agent_id: id })));
  const answeredMs = ms(begun);
  const aliveMs = await alive;
  until.isOver = true;
  const status = await asked;
  const pids = await allRunning(host);
  return { answeredMs, aliveMs, runningMs: ms(begun), status, pids, cpu: cpuOf(host.pid) };
}

async function idlePercent(pid) {
  await pause(REST_MS);
  const before = cpuOf(pid);
  await pause(IDLE_MS);
  return ((cpuOf(pid) - before) / (IDLE_MS / 1_000)) * 100;
}

/**
 * The time from the SIGKILL of an adopted child until its service has another state, by the clocks of this process and of the
 * host; to a millisecond, as the API gives times.
 */
async function noticed(host, pids) {
  const took = [];
  for (const [id, pid] of [...pids].slice(0, EXITS)) {
    const begun = performance.timeOrigin + performance.now();
    process.kill(pid, 'SIGKILL');
    let view = await host.get(`/api/services/${id}`);
    while (view.pid === pid) {
      await pause(ASK_MS);
      view = await host.get(`/api/services/${id}`);
    }
    if (view.state !== 'backoff') throw new Error(`${id} is ${view.state} after the end of its process.`);
    took.push(Date.parse(view.since) - Math.floor(begun));
  }
  return took;
}

function compare(before, after, found) {
  const kept = [...before].filter(([id, pid]) => after.get(id) === pid && found.get(id)?.length === 1).length;
  const doubled = [...found.values()].filter((pids) => pids.length > 1).length;
  const lost = [...before.keys()].filter((id) => !found.has(id)).length;
  return { kept, doubled, lost };
}

function line(name, value) {
  console.log(`${name.padEnd(52)}${value}`);
}

/** CPU time in seconds, as milliseconds for each service. */
function perService(seconds) {
  return ((seconds * 1_000) / count).toFixed(2);
}

function report({ started, restored, memory, idle, exits, verdict }) {
  const { kept, doubled, lost } = verdict;
  line('start of all at once: all answered', `${started.answeredMs.toFixed(0)} ms`);
  line('                        all alive', `${started.aliveMs.toFixed(0)} ms`);
  line('                        all running (settled)', `${started.runningMs.toFixed(0)} ms`);
  line('CPU time of the host, for each service', `${perService(started.cpu)} ms`);
  line(
    'status while they start: median / p99',
    [0.5, 0.99].map((q) => `${quantile(started.status, q).toFixed(1)} ms`).join(' / '),
  );
  line('host killed and started again: to the ready line', `${restored.readyMs.toFixed(0)} ms`);
  line('                               to all running', `${restored.runningMs.toFixed(0)} ms`);
  line('CPU time of the host, for each service', `${perService(restored.cpu)} ms`);
  line('kept / doubled / lost', `${kept} / ${doubled} / ${lost}`);
  line(
    'memory of the second host: RSS / PSS',
    `${[memory.rss, memory.pss].map((kib) => (kib / 1024).toFixed(1)).join(' / ')} MiB`,
  );
  line(`idle CPU of it over ${IDLE_MS / 1_000} s`, `${idle.toFixed(2)} %`);
  line(`exit of an adopted process -> noticed (median of ${EXITS})`, `${quantile(exits, 0.5)} ms`);
}

async function again(plant) {
  const nodeOptions = values.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', values.profile];
  const host = await startHost(plant.basePath, { nodeOptions, sockets: SOCKETS });
  const begun = performance.now();
  const pids = await allRunning(host);
  return { host, pids, readyMs: host.readyMs, runningMs: host.readyMs + ms(begun), cpu: cpuOf(host.pid) };
}

async function bench(folder) {
  const plant = makeBirthPlant(folder);
  const births = countBirths(plant);
  let host = await startHost(plant.basePath, { sockets: SOCKETS });
  try {
    console.log(`${count} services, each ${plant.description}.\n`);
    const started = await startAll(host, births, plant);
    await host.kill();
    const restored = await again(plant);
    host = restored.host;
    const verdict = compare(started.pids, restored.pids, census(plant.program));
    const memory = memoryOf(host.pid);
    const idle = await idlePercent(host.pid);
    const exits = await noticed(host, restored.pids);
    report({ started, restored, memory, idle, exits, verdict });
    const bound = BOUND_MS_PER_1000 * Math.max(1, count / 1_000);
    const isFast = restored.runningMs <= bound;
    console.log(`\nbound for restoring them: ${bound.toFixed(0)} ms is ${isFast ? 'met' : 'MISSED'}`);
    return isFast && verdict.kept === count && verdict.doubled === 0;
  } finally {
    await host.stop().finally(() => births.close());
    for (const pids of census(plant.program).values()) for (const pid of pids) process.kill(pid, 'SIGKILL');
  }
}

process.exitCode = (await inFolder(bench)) ? 0 : 1;
