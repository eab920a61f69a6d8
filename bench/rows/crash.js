import { setTimeout as pause } from 'node:timers/promises';
import { median } from '../report/statistics.js';
import { reporters } from '../stage/stage.js';
import { killSupervisor } from './killed.js';
import { msBetween, onStages, rotated } from './rounds.js';

const SERVICES = 10;
/** runit restarts a service that lived for less than a second only after a second. */
const LIFE_MS = 1_500;

const TITLES = [
  {
    id: 'crash',
    title: 'crash → first instruction of the next child, beyond the shortest delay',
    unit: 'ms',
    better: 'less',
  },
  { id: 'crash-kept', title: '… of a child that the supervisor before has started', unit: 'ms', better: 'less' },
];
/** Whoever keeps children knows them again by then. */
const KNOWN_MS = 5_000;
const POLL_MS = 20;

/** Kills the child of a service; milliseconds until the next one is alive, without the delay of the peer. */
async function crash({ peer, session, reports }, name) {
  const pid = (await session.known()).get(name);
  if (pid === undefined) throw new Error(`${peer.name} does not know a process of ${name}.`);
  const alive = reports.next(name, 'alive');
  const begun = process.hrtime.bigint();
  process.kill(pid, 'SIGKILL');
  const { at } = await alive;
  return msBetween(begun, at) - peer.restartDelayMs;
}

/** All services with their pids, once they are known to run; null: they are not, in time. */
async function allKnown({ session }) {
  const end = performance.now() + KNOWN_MS;
  for (;;) {
    const known = await session.known();
    if (known.size === SERVICES) return known;
    if (performance.now() > end) return null;
    await pause(POLL_MS);
  }
}

/** The same with a supervisor that was killed and started again; nothing if it does not keep the children. */
async function crashesOfKept(stage) {
  const before = await allKnown(stage);
  await killSupervisor(stage);
  await stage.session.again();
  const after = await allKnown(stage);
  const isKept = after !== null && [...after].every(([name, pid]) => before?.get(name) === pid);
  if (!isKept) return [];
  await pause(LIFE_MS);
  const samples = [];
  for (const name of after.keys()) samples.push(await crash(stage, name));
  return samples;
}

/** Last, because a supervisor that keeps no child does not know them any longer. */
async function measureKept(context, stages) {
  for (const stage of stages) {
    // Only the top of a supervisor with a queue is killed, which has no children of its own.
    for (let round = 0; round < context.rounds && !stage.peer.isQueued; round += 1) {
      context.progress(`crash of a kept child, round ${round + 1} of ${context.rounds}: ${stage.peer.name}`);
      const samples = await crashesOfKept(stage);
      if (samples.length === 0) break;
      context.figures.note('crash-kept', stage.peer.name, context.round + round, median(samples));
    }
  }
}

/** A service that has lived for a while is killed, at the shortest restart delay of each peer. */
export const crashes = {
  id: 'crash',
  titles: () => TITLES,
  measure: (context) =>
    onStages(context, { services: reporters(SERVICES) }, async (stages) => {
      for (const { session, reports } of stages) {
        const all = reports.reach(SERVICES);
        await session.startAll();
        await all;
      }
      for (let round = 0; round < context.rounds; round += 1) {
        context.progress(`crash, round ${round + 1} of ${context.rounds}`);
        await pause(LIFE_MS);
        const taken = new Map(stages.map((stage) => [stage, []]));
        for (let index = 0; index < SERVICES; index += 1)
          for (const stage of rotated(stages, index)) taken.get(stage).push(await crash(stage, `s${index}`));
        for (const [{ peer }, samples] of taken)
          context.figures.note('crash', peer.name, context.round + round, median(samples));
      }
      await measureKept(context, stages);
    }),
};
