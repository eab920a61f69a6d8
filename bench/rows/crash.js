import { setTimeout as pause } from 'node:timers/promises';
import { median } from '../report/statistics.js';
import { reporters } from '../stage/stage.js';
import { msBetween, onStages, rotated } from './rounds.js';

const SERVICES = 10;
/** runit restarts a service that lived for less than a second only after a second. */
const LIFE_MS = 1_500;

const ROW = {
  id: 'crash',
  title: 'crash → first instruction of the next child, beyond the shortest delay',
  unit: 'ms',
  better: 'less',
};

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

/** A service that has lived for a while is killed, at the shortest restart delay of each peer. */
export const crashes = {
  id: 'crash',
  titles: () => [ROW],
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
    }),
};
