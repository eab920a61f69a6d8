import { setTimeout as pause } from 'node:timers/promises';
import { median } from '../report/statistics.js';
import { msBetween, onStages } from './rounds.js';

const SAMPLES = 10;
const WARM_UP = 3;
const BETWEEN_MS = 300;

const ROW = {
  id: 'agent',
  title: 'start of a new agent: request → coreio and corerl alive',
  unit: 'ms',
  better: 'less',
};

/** A new agent of the default type, whose corerl waits until its coreio has been launched. Only this host has agents. */
export const agents = {
  id: 'agent',
  titles: () => [ROW],
  measure: (context) =>
    onStages({ ...context, peers: context.peers.filter(({ hasAgents }) => hasAgents) }, {}, async (stages) => {
      for (let round = 0; round < context.rounds; round += 1) {
        context.progress(`agent, round ${round + 1} of ${context.rounds}`);
        for (const { peer, session, reports } of stages) {
          const taken = [];
          for (let index = 0; index < WARM_UP + SAMPLES; index += 1) {
            const id = `a${round}-${index}`;
            const alive = ['coreio', 'corerl'].map((kind) => reports.next(`${id}-${kind}`, 'alive'));
            const { begun } = await session.startAgent(id);
            const births = await Promise.all(alive);
            const last = births.map(({ at }) => at).reduce((a, b) => (a > b ? a : b));
            if (index >= WARM_UP) taken.push(msBetween(begun, last));
            await pause(BETWEEN_MS);
          }
          context.figures.note(ROW.id, peer.name, context.round + round, median(taken));
        }
      }
    }),
};
