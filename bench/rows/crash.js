import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../peers/timing.js';
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
const KNOWN_MS = 60_000;

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

/** The same with a supervisor that was killed and started again, if it keeps the children. */
async function crashesOfKept(stage) {
  const known = async () => {
    await until(async () => (await stage.session.known()).size === SERVICES, KNOWN_MS, 'all services are known to run');
    return stage.session.known();
  };
  const before = await known();
  await killSupervisor(stage);
  await stage.session.again();
  await known();
  await pause(LIFE_MS);
  const after = await known();
  const samples = [];
  for (const [name, pid] of before) if (after.get(name) === pid) samples.push(await crash(stage, name));
  return samples;
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
        for (const stage of stages) {
          if (stage.peer.isQueued) continue; // only the top of such a supervisor is killed, which has no children of its own
          const samples = await crashesOfKept(stage);
          if (samples.length === SERVICES)
            context.figures.note('crash-kept', stage.peer.name, context.round + round, median(samples));
        }
      }
    }),
};
