/**
 * How long does it take from a start request to the first instruction of the service? `npm run bench:start`.
 *
 * The child program reads the monotonic time first (bench/programs/corebench.c), so the figures contain no polling. Starts
 * through the host alternate with bare `child_process.spawn` of the same file from this process, so that both have the
 * same load. Exit code 1 if the median of the host is over 3 x bare + 10 ms, or on any error.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { makeBirthPlant, openBirths } from './births.js';
import { startHost } from './host.js';
import { inFolder } from './plant.js';
import { quantile } from './readings.js';

const WARM_UP = 5;
const SAMPLES = 50;
const MAX_RATIO = 3;
const MAX_EXTRA_MS = 10;

const msBetween = (from, to) => Number(to - from) / 1e6;

/** Services that were started and whose stop has not completed yet. */
const unstopped = new Set();

/** One start through the REST API; the service is stopped again, so that the number of live ones stays the same. */
async function hostStart(host, births, plant, index) {
  const id = `bench${index}`;
  const started = host.post('/api/agents/start', { config_path: plant.config, agent_id: id });
  const [birth, { begun, answered }] = await Promise.all([births.next(), started]);
  unstopped.add(birth.pid);
  if (birth.service !== `${id}-corebench`)
    throw new Error(`${id} was started, but "${birth.service}" reported that it is alive.`);
  await host.post(`/api/agents/${id}/stop`);
  unstopped.delete(birth.pid);
  return { alive: msBetween(begun, birth.at), answer: msBetween(begun, answered) };
}

/** One bare spawn of the same program. */
async function bareStart(births, plant) {
  const alive = births.next();
  const begun = process.hrtime.bigint();
  const child = spawn(plant.program, [], { stdio: 'ignore', env: { ...process.env, ...plant.env } });
  const exit = once(child, 'exit');
  const early = exit.then(([code]) =>
    Promise.reject(new Error(`The bare child exited immediately (exit code ${code}).`)),
  );
  try {
    const birth = await Promise.race([alive, early]);
    if (birth.pid !== child.pid)
      throw new Error(`Pid ${child.pid} was spawned, but ${birth.pid} reported that it is alive.`);
    return msBetween(begun, birth.at);
  } finally {
    child.kill('SIGKILL');
    await exit;
  }
}

async function measure(host, births, plant) {
  const samples = { alive: [], answer: [], bare: [] };
  for (let index = 0; index < WARM_UP + SAMPLES; index += 1) {
    const { alive, answer } = await hostStart(host, births, plant, index);
    const bare = await bareStart(births, plant);
    if (index < WARM_UP) continue;
    samples.alive.push(alive);
    samples.answer.push(answer);
    samples.bare.push(bare);
  }
  return samples;
}

function row(name, values) {
  const cells = [0.5, 0.9, 0.99].map((share) => quantile(values, share).toFixed(2).padStart(9));
  return `${name.padEnd(28)}${cells.join('')}`;
}

/** Prints the table; returns whether the bound is met. */
function report({ alive, answer, bare }, plant, births) {
  const [host, spawned] = [quantile(alive, 0.5), quantile(bare, 0.5)];
  const bound = MAX_RATIO * spawned + MAX_EXTRA_MS;
  console.log(
    `${SAMPLES} starts each, after ${WARM_UP} to warm up. The child is ${plant.description}; ${births.clock}.\n`,
  );
  console.log(`${'ms'.padEnd(28)}${['median', 'p90', 'p99'].map((name) => name.padStart(9)).join('')}`);
  console.log(row('request -> alive', alive));
  console.log(row('request -> answer', answer));
  console.log(row('bare spawn -> alive', bare));
  console.log(`\nratio of the medians (request -> alive : bare spawn -> alive): ${(host / spawned).toFixed(2)}`);
  const verdict = host <= bound ? 'is met' : 'is MISSED';
  console.log(
    `bound ${MAX_RATIO} x bare + ${MAX_EXTRA_MS} ms = ${bound.toFixed(2)} ms ${verdict}: the host takes ${host.toFixed(2)} ms`,
  );
  return host <= bound;
}

/** Shuts the host down, and kills by pid what it should have stopped. */
async function stopAll(host) {
  try {
    await host.stop();
    unstopped.clear();
  } finally {
    for (const pid of unstopped) process.kill(pid, 'SIGKILL');
  }
}

async function bench(folder) {
  const plant = makeBirthPlant(folder);
  const births = openBirths(plant);
  try {
    const host = await startHost(plant.basePath);
    try {
      const samples = await measure(host, births, plant);
      return report(samples, plant, births);
    } finally {
      await stopAll(host);
    }
  } finally {
    births.close();
  }
}

process.exitCode = (await inFolder(bench)) ? 0 : 1;
