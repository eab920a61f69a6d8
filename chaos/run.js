import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTemporaryFolders } from '../spec/support/temporary.ts';
import { Chaos } from './chaos.js';
import { hashOf } from './dice.js';
import { LastHost } from './ending.js';
import { judge } from './oracle/judge.js';
import { judgeSeries } from './oracle/series.js';
import { compilePrograms, makePlant, smallDisk } from './plant.js';
import { processesBelow, signal } from './proc.js';
import { Tally } from './tally.js';

const SEEDS = 1_000_000;

/** Plays one run and prints its table; returns the exit code. */
export async function run(options) {
  const beganAt = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-chaos-'));
  const tally = new Tally();
  const disks = [];
  let isWhole = false;
  const end = () => {
    sweep(folder);
    for (const disk of disks) disk?.unmount();
    removeTemporaryFolders();
  };
  const abort = () => {
    end();
    console.log(`${titleOf(options, beganAt)}\n\n${tally.toString()}\n`);
    console.error(`Ended early; the folder is kept: ${folder}`);
    process.exit(2);
  };
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, abort);
  try {
    await playAll(options, folder, disks, tally);
    isWhole = tally.lost === 0;
  } finally {
    end();
    console.log(`${titleOf(options, beganAt)}\n\n${tally.toString()}\n`);
    if (isWhole && !options.keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    else console.log(`The folder is kept: ${folder}`);
  }
  console.log(isWhole ? 'Nothing was lost.' : `${tally.lost} losses.`);
  return isWhole ? 0 : 1;
}

function titleOf({ rounds, hosts, services, shim, seed }, beganAt) {
  const seconds = ((Date.now() - beganAt) / 1_000).toFixed(1);
  const side = hosts === 1 ? '' : `, ${hosts} hosts side by side`;
  return `${rounds} rounds${side}, ${services} services, ${shim} shim, seed ${seed}, ${seconds} s`;
}

/** Kills by pid what the run has left behind. */
export function sweep(folder) {
  for (const { pid } of processesBelow(folder)) signal(pid, 'SIGKILL');
}

async function playAll(options, folder, disks, tally) {
  const programs = join(folder, 'programs');
  compilePrograms(programs);
  for (let host = 1; host <= options.hosts; host += 1) {
    disks.push(options.faults.some(({ name }) => name === 'disk') ? await smallDisk() : null);
  }
  const machine = {
    shim: options.shim,
    isRoot: process.getuid?.() === 0,
    disk: disks[0],
    clock: canSetClock(programs),
  };
  const faults = options.faults.filter((fault) => {
    const missing = fault.missing(machine);
    if (missing !== null) tally.cannot(fault.name, missing);
    return missing === null;
  });
  const names = disks.map((_, index) => (options.hosts === 1 ? null : index + 1));
  const results = await Promise.allSettled(
    names.map((name, index) => {
      const seed = name === null ? options.seed : hashOf(`${options.seed}/host/${name}`) % SEEDS;
      const own = { ...options, faults, seed, folder: join(folder, `host${index + 1}`), programs, disk: disks[index] };
      return playOne(own, name, tally.of(name));
    }),
  );
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Whether a library can be preloaded that changes the clock of a program. */
function canSetClock(programs) {
  const env = { ...process.env, LD_PRELOAD: join(programs, 'clock.so') };
  const { status, stderr } = spawnSync(process.execPath, ['--version'], { env, encoding: 'utf8' });
  return status === 0 && stderr === '';
}

async function playOne(options, name, tally) {
  const plant = makePlant(options);
  const chaos = new Chaos(options, plant, tally);
  try {
    await chaos.play((round) => {
      if (round % 10 === 0) console.error(`${name === null ? '' : `host ${name}: `}${round} rounds …`);
    });
    const reported = await new LastHost(chaos, plant, tally).play();
    chaos.ledger.sample();
    await chaos.checkLastLogs();
    chaos.count();
    judge(chaos, reported);
    judgeSeries(chaos);
  } catch (error) {
    await dump(chaos, error);
    throw error;
  } finally {
    if (tally.lost > 0) keepDatabase(plant);
    chaos.close();
  }
}

/** The state directory is removed at the end. */
export function keepDatabase({ stateDir, folder }) {
  for (const name of readdirSync(stateDir).filter((file) => file.startsWith('coredinator.db'))) {
    cpSync(join(stateDir, name), join(folder, `last-${name}`));
  }
}

/** Prints information about a step that hangs or fails. */
export async function dump({ host, ledger }, error) {
  console.error(`\n${error.message}\nThe end of the output of the newest host (${host?.logFile}):\n${host?.tail}`);
  const lives = ledger.live().map(({ service, generation, pid }) => `${service}/${generation}/${pid}`);
  console.error(`Live services: ${lives.join(' ') || 'none'}`);
  if (host === null || host.isOver || host.url === null) return;
  const answer = await host.get('/api/services?limit=1000').catch((reason) => ({ body: String(reason) }));
  console.error(`The host says: ${JSON.stringify(answer?.body)}`);
}
