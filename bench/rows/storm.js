import { setTimeout as pause } from 'node:timers/promises';
import { startLoad } from '../stage/load.js';
import { reporters } from '../stage/stage.js';
import { eachInTurn } from './rounds.js';

const QUIET_MS = 2_000;
const PAUSE_MS = 10;
/** Who asks for a status is connected before the first start. */
const CONNECT_MS = 300;
const LONGEST_S = 120;

const idOf = (count) => `storm-${count}`;

/** How long others wait for the status of one service, asked for on one connection, while many are started. */
export const storm = {
  id: 'storm',
  titles: ({ counts }) =>
    counts.map((count) => {
      const title = `status of one while ${count.toLocaleString('en-US')} are started in one go, 99th percentile`;
      return { id: idOf(count), title, unit: 'ms', better: 'less' };
    }),
  async measure(context) {
    for (const count of context.counts) {
      const options = { services: reporters(count) };
      await eachInTurn(context, `status while ${count} are started`, options, async (stage, round) => {
        const { session, reports } = stage;
        if (typeof session.load?.status !== 'string') return;
        await pause(QUIET_MS);
        const { port, status } = session.load;
        const load = startLoad(context.run.programs.coreload, [port, 1, LONGEST_S, PAUSE_MS], status);
        await pause(CONNECT_MS);
        await session.startAll();
        await reports.reach(count);
        load.end();
        context.figures.note(idOf(count), stage.peer.name, round, (await load.done).p99);
      });
    }
  },
};
