/**
 * The engine for Kubernetes beside Deployments, in turns on the same cluster: `npm run bench:kubernetes -- PACK`.
 *
 * Both run the same program from the same volume in the same image. A row is the time from the request (a start or stop here,
 * a scale there) or the kill until this machine, on which the nodes are, sees the process or sees none. The supervisor that is
 * killed with its services alive is the host here and the controller manager there.
 * Options: --services N (100), --rounds N (10), --markdown FILE. PACK as for `npm run test:cluster`.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { obstacle, onOwnCluster } from '../scripts/cluster/own-cluster.js';
import { inFolder } from './plant.js';
import { quantile } from './readings.js';
import { Deployments } from './cluster/deployments.js';
import { Host } from './cluster/host.js';
import { deathOf, mains, programIn, until } from './cluster/mains.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    services: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '10' },
    markdown: { type: 'string' },
  },
});
const [services, rounds] = [Number(values.services), Number(values.rounds)];
/** Between two crashes of a program. */
const LIFE_MS = 3_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function progress(peer, what) {
  console.error(`${new Date().toISOString().slice(11, 19)} ${peer.constructor.name}: ${what}`);
}

/** The milliseconds that `act` takes. */
async function timeOf(act) {
  const from = performance.now();
  await act();
  return performance.now() - from;
}

/** One process from its start to its end, with two crashes on the way. */
async function oneLife(program, peer, samples) {
  progress(peer, 'one life');
  const started = await timeOf(async () => {
    await peer.start(1);
    await until(() => mains(program).length === 1);
  });
  samples.start.push(started);
  for (const row of ['crash', 'crashAgain']) {
    await pause(LIFE_MS);
    const [pid] = mains(program);
    const crashed = await timeOf(async () => {
      process.kill(pid, 'SIGKILL');
      await until(() => mains(program).some((one) => one !== pid));
    });
    samples[row].push(crashed);
  }
  await pause(LIFE_MS);
  const [last] = mains(program);
  const stopped = await timeOf(async () => {
    void peer.stop();
    await deathOf(last);
  });
  samples.stop.push(stopped);
  await peer.gone();
}

/** Many at once, and the death of their supervisor. */
async function many(program, peer, samples) {
  progress(peer, `start of ${services}`);
  const all = await timeOf(async () => {
    await peer.start(services);
    await until(() => mains(program).length === services);
  });
  samples.all.push(all);
  progress(peer, 'all are alive');
  await peer.known(services);
  progress(peer, 'killed and started again');
  const before = new Set(mains(program));
  await peer.kill();
  await pause(1_000);
  const acts = await timeOf(async () => {
    await peer.revive();
    await peer.start(services + 1);
    await until(() => mains(program).length > services);
  });
  samples.acts.push(acts);
  samples.kept.push(mains(program).filter((pid) => before.has(pid)).length);
  progress(peer, 'stop of all');
  const ended = await timeOf(async () => {
    void peer.stop();
    await until(() => mains(program).length === 0);
  });
  samples.end.push(ended);
  await peer.gone();
  samples.known.push(peer.knownMs ?? NaN);
}

const ROWS = {
  start: ['start: request → process, s', 1_000],
  crash: ['crash → next process, s', 1_000],
  crashAgain: ['second crash, 3 s later → next process, s', 1_000],
  stop: ['stop: request → process gone, s', 1_000],
  all: [`start of ${services} at once → all alive, s`, 1_000],
  kept: [`supervisor killed and started again: same process kept, of ${services}`, 1],
  known: [`… until all ${services} are known to run, s`, 1_000],
  acts: ['… until a start that is asked for at once is carried out, s', 1_000],
  end: [`stop of all ${services + 1} → last process gone, s`, 1_000],
};

function cellOf(samples, unit) {
  if (samples.some(Number.isNaN)) return '–';
  const three = [Math.min(...samples), quantile(samples, 0.5), Math.max(...samples)];
  const [low, middle, high] = three.map((one) => Number((one / unit).toPrecision(3)));
  return samples.length === 1 ? String(middle) : `${middle} (${low}–${high})`;
}

async function measure() {
  return inFolder(async (folder) => {
    const program = programIn(folder);
    const peers = { coredinator: new Host(folder, program, services), Deployment: new Deployments(folder, program) };
    const results = {};
    for (const name of Object.keys(peers))
      results[name] = Object.fromEntries(Object.keys(ROWS).map((row) => [row, []]));
    try {
      for (const peer of Object.values(peers)) await peer.open();
      for (let round = 0; round < rounds; round += 1)
        for (const [name, peer] of Object.entries(peers)) await oneLife(program, peer, results[name]);
      for (const [name, peer] of Object.entries(peers)) await many(program, peer, results[name]);
    } finally {
      for (const peer of Object.values(peers)) {
        progress(peer, 'close');
        await peer.close();
      }
    }
    return results;
  });
}

function tableOf(results) {
  const names = Object.keys(results);
  const lines = [`| row | ${names.join(' | ')} |`, `| --- |${names.map(() => ' ---: |').join('')}`];
  for (const [row, [title, unit]] of Object.entries(ROWS))
    lines.push(`| ${title} | ${names.map((name) => cellOf(results[name][row], unit)).join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

if (process.env.CLUSTER_SCRIPT === undefined) {
  const pack = positionals[0] ?? process.env.CLUSTER_PACK ?? '';
  const reason = obstacle(pack);
  const again = [process.execPath, '--import', 'tsx', ...process.argv.slice(1)];
  if (reason === null) process.exitCode = await onOwnCluster(pack, again);
  else {
    console.error(reason);
    process.exitCode = 3;
  }
} else {
  const table = tableOf(await measure());
  console.log(table);
  if (values.markdown !== undefined) writeFileSync(values.markdown, table);
}
