import { setTimeout as pause } from 'node:timers/promises';
import { LIMIT } from '../report/figures.js';
import { median } from '../report/statistics.js';
import { reporters } from '../stage/stage.js';
import { createLimits } from './limits.js';
import { msBetween, onStages, rotated } from './rounds.js';

const SERVICES = 10;
const WARM_UP = 10;
const SAMPLES = 20;
const BETWEEN_MS = 15;

const TITLES = [
  { id: 'start-alive', title: 'start: request → first instruction of the child', unit: 'ms', better: 'less' },
  { id: 'start-answer', title: 'start: request → answer', unit: 'ms', better: 'less' },
  { id: 'stop-asked', title: 'stop: request → the child has SIGTERM', unit: 'ms', better: 'less' },
  { id: 'stop-answer', title: 'stop: request → answer', unit: 'ms', better: 'less' },
];

/** One service is started and stopped again. */
async function sample({ session, reports }, name) {
  const alive = reports.next(name, 'alive');
  const started = session.start(name);
  const [birth, start] = await Promise.all([alive, started]);
  await pause(BETWEEN_MS);
  const asked = reports.next(name, 'asked');
  const stopped = session.stop(name);
  const [end, stop] = await Promise.all([asked, stopped]);
  await pause(BETWEEN_MS);
  return {
    'start-alive': msBetween(start.begun, birth.at),
    'start-answer': msBetween(start.begun, start.answered),
    'stop-asked': msBetween(stop.begun, end.at),
    'stop-answer': msBetween(stop.begun, stop.answered),
  };
}

function note(context, round, name, samples) {
  for (const { id } of TITLES) context.figures.note(id, name, round, median(samples.map((each) => each[id])));
}

/** Starts and stops of single services, with all supervisors up: each sample takes every peer in turn. */
export const startStop = {
  id: 'start-stop',
  titles: () => TITLES,
  measure: (context) =>
    onStages(context, { services: reporters(SERVICES) }, async (stages) => {
      const limits = context.hasLimits ? await createLimits(context.run) : null;
      try {
        for (let index = 0; index < WARM_UP; index += 1)
          for (const stage of stages) await sample(stage, `s${index % SERVICES}`);
        for (let round = 0; round < context.rounds; round += 1) {
          context.progress(`start and stop, round ${round + 1} of ${context.rounds}`);
          const taken = new Map(stages.map((stage) => [stage, []]));
          const spawned = [];
          for (let index = 0; index < SAMPLES; index += 1) {
            for (const stage of rotated(stages, index))
              taken.get(stage).push(await sample(stage, `s${index % SERVICES}`));
            if (limits !== null) spawned.push(await limits.spawnMs());
          }
          for (const [{ peer }, samples] of taken) note(context, context.round + round, peer.name, samples);
          if (limits === null) continue;
          context.figures.note('start-alive', LIMIT, context.round + round, median(spawned));
          const commit = await limits.commitMs();
          for (const id of ['start-answer', 'stop-answer'])
            context.figures.note(id, LIMIT, context.round + round, commit);
        }
      } finally {
        await limits?.close();
      }
    }),
};
