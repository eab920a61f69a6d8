import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LastHost } from '../ending.js';
import { judge } from '../oracle/judge.js';
import { hashOf } from '../dice.js';
import { compilePrograms } from '../plant.js';
import { dump, keepDatabase, sweep } from '../run.js';
import { CLUSTER_LOSSES, Tally } from '../tally.js';
import { ClusterChaos } from './cluster-chaos.js';
import { ClusterControl } from './faults.js';
import { Namespace } from './objects.js';
import { makeClusterPlant } from './plant.js';
import { judgeTold } from './taken-for-dead.js';

/** Rounds with hosts of one state directory; then everything is stopped and judged, so that a run can be resumed there. */
const PART = 10;
/** Of a cluster that cluster.sh makes for tests. */
const NODES = 3;
const SEEDS = 1_000_000;
/** Plays a run on the cluster of KUBECONFIG, or goes on with one that ended early; returns the exit code. */
export async function runOnCluster(options, script) {
  const run = openRun(options);
  const end = () => sweep(run.folder);
  const abort = () => {
    end();
    console.error(`\nEnded early. Go on with: npm run chaos -- --engine kubernetes --resume ${run.folder}`);
    process.exit(2);
  };
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, abort);
  const control = new ClusterControl(script);
  try {
    while (run.played < run.rounds && !isOver(run, options)) await playPart(run, options, control);
  } catch (error) {
    console.error(error);
    abort();
  }
  const { tally, folder, rounds, services, seed, seconds } = run;
  console.log(
    `${rounds} rounds on a cluster, ${services} services, seed ${seed}, ${seconds.toFixed(0)} s\n\n${tally}\n`,
  );
  if (tally.lost === 0 && !options.keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  else console.log(`The folder is kept: ${folder}`);
  console.log(tally.lost === 0 ? 'Nothing was lost.' : `${tally.lost} losses.`);
  return tally.lost === 0 ? 0 : 1;
}

function isOver({ tally }, { until }) {
  return until !== undefined && tally.lostIn(until) > 0;
}

/** What has been played so far is in `progress.json` of the folder. */
function openRun({ resume, rounds, seed, services }) {
  if (resume !== undefined) {
    const file = join(resume, 'progress.json');
    if (!existsSync(file)) throw new Error(`--resume: there is no run in "${resume}".`);
    const { tally, ...run } = JSON.parse(readFileSync(file, 'utf8'));
    return { ...run, folder: resume, tally: Tally.from(tally) };
  }
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-chaos-'));
  const run = { rounds, seed, services, played: 0, seconds: 0, attempts: 0, folder, tally: new Tally(CLUSTER_LOSSES) };
  keep(run);
  return run;
}

function keep({ folder, ...run }) {
  writeFileSync(join(folder, 'progress.json'), `${JSON.stringify(run, null, 2)}\n`);
}

/** Plays the next rounds; a part that does not come to its end leaves the tally as it was. */
async function playPart(run, options, control) {
  const beganAt = Date.now();
  run.attempts += 1;
  keep(run);
  const [from, to] = [run.played + 1, Math.min(run.played + PART, run.rounds)];
  const folder = join(run.folder, `rounds-${from}-${to}-${run.attempts}`);
  const tally = Tally.from(JSON.parse(JSON.stringify(run.tally)));
  await control.mend();
  mkdirSync(folder);
  const programs = join(folder, 'programs');
  compilePrograms(programs);
  const namespace = await Namespace.make(`chaos-${run.seed}-${from}-${beganAt}`);
  const own = { ...options, services: run.services, folder, programs, from, to, nodes: NODES, story: run.seed };
  const seed = hashOf(`${run.seed}/from/${from}`) % SEEDS; // of the lives of the services, whose generations begin anew
  try {
    await playOne({ ...own, seed, namespace: namespace.name }, tally, { control, namespace });
  } catch (error) {
    console.error(`\nWhat was seen until then:\n\n${tally}\n`);
    throw error;
  } finally {
    await control.mend();
    await namespace.remove();
    sweep(folder);
  }
  if (tally.lost === run.tally.lost && !options.keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const seconds = run.seconds + (Date.now() - beganAt) / 1_000;
  Object.assign(run, { played: to, seconds, tally });
  keep(run);
  console.error(`${to} of ${run.rounds} rounds, ${tally.lost} losses, ${seconds.toFixed(0)} s …`);
}

async function playOne(options, tally, cluster) {
  const plant = makeClusterPlant(options);
  const chaos = new ClusterChaos(options, plant, tally, cluster);
  try {
    await chaos.play((round) => console.error(`round ${round} …`));
    const reported = await new LastHost(chaos, plant, tally).play();
    chaos.ledger.sample();
    await chaos.checkLastLogs();
    chaos.count();
    judge(chaos, reported);
    judgeTold(reported, chaos);
  } catch (error) {
    await cluster.namespace.dump(options.folder);
    await dump(chaos, error);
    throw error;
  } finally {
    if (tally.lost > 0) {
      keepDatabase(plant);
      await cluster.namespace.dump(options.folder);
    }
    chaos.close();
  }
}
