import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { LIMIT } from '../report/figures.js';
import { quantile } from '../readings.js';
import { startLoad } from '../stage/load.js';
import { reporters } from '../stage/stage.js';
import { onStages, rotated } from './rounds.js';

const SERVICES = 100;
const CONNECTIONS = 16;

const titlesOf = (id, title) => [
  { id: `${id}-rate`, title, unit: 'requests/s', better: 'more' },
  { id: `${id}-p99`, title: `… 99th percentile, ${CONNECTIONS} connections`, unit: 'ms', better: 'less' },
];

/** Requests on several connections by a program in C; the rate, and the 99th percentile in milliseconds. */
function loadHttp(program, port, text, seconds) {
  return startLoad(program, [port, CONNECTIONS, seconds], text).done;
}

/** The same by as many callers in this process, for a peer that does not speak HTTP. */
async function loadCalls(call, seconds) {
  const took = [];
  const begun = performance.now();
  const end = begun + seconds * 1_000;
  const caller = async () => {
    while (performance.now() < end) {
      const from = performance.now();
      await call();
      took.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, caller));
  return { rate: took.length / ((performance.now() - begun) / 1_000), p99: quantile(took, 0.99) };
}

function loadOf(program, load, what, seconds) {
  const request = load?.[what];
  if (request === undefined) return null;
  return typeof request === 'function' ? loadCalls(request, seconds) : loadHttp(program, load.port, request, seconds);
}

/** A server with one route and nothing else, the limit of a host in Koa. */
async function bareRoute() {
  const child = fork(join(import.meta.dirname, 'bare-route.js'));
  const [{ port }] = await once(child, 'message');
  const text = `GET /services/s0 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  return {
    load: { port, status: text, list: text },
    async close() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

/** Status of one and list of all of 100 running services. */
export const requests = {
  id: 'requests',
  titles: () => [
    ...titlesOf('status', `status of one of ${SERVICES}`),
    ...titlesOf('list', `list of ${SERVICES} with their states`),
  ],
  measure: (context) =>
    onStages(context, { services: reporters(SERVICES) }, async (stages) => {
      for (const { session, reports } of stages) {
        const all = reports.reach(SERVICES);
        await session.startAll();
        await all;
      }
      const bare = context.hasLimits ? await bareRoute() : null;
      const served = stages.map(({ peer, session }) => ({ name: peer.name, load: () => session.load }));
      if (bare !== null) served.push({ name: LIMIT, load: () => bare.load });
      try {
        for (let round = 0; round < context.rounds; round += 1) {
          for (const what of ['status', 'list']) {
            for (const { name, load } of rotated(served, round)) {
              context.progress(`${what}, round ${round + 1} of ${context.rounds}: ${name}`);
              const result = await loadOf(context.run.programs.coreload, load(), what, context.loadSeconds);
              if (result === null) continue;
              context.figures.note(`${what}-rate`, name, context.round + round, result.rate);
              context.figures.note(`${what}-p99`, name, context.round + round, result.p99);
            }
          }
        }
      } finally {
        await bare?.close();
      }
    }),
};
