import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { LIMIT } from '../report/figures.js';
import { quantile } from '../readings.js';
import { requestText, startLoad } from '../stage/load.js';
import { reporters } from '../stage/stage.js';
import { bareText, giveTheSame } from './bare-app.js';
import { onStages, rotated } from './rounds.js';

const OWN = 'coredinator';
const SERVICES = 100;
const CONNECTIONS = 16;
const WARM_SECONDS = 1;

const titlesOf = (id, title) => [
  { id: `${id}-rate`, title, unit: 'requests/s', better: 'more' },
  { id: `${id}-p99`, title: `… 99th percentile, ${CONNECTIONS} connections`, unit: 'ms', better: 'less' },
  {
    id: `${id}-same`,
    title: '… next to a bare route with the same headers and body',
    unit: 'requests/s',
    better: 'more',
  },
  {
    id: `${id}-counted`,
    title: '… next to one that also makes an id for each request and counts it in a histogram',
    unit: 'requests/s',
    better: 'more',
  },
];

/** The routes of bare-app.js with the answer of the host, by the end of the id of their row. */
const LIKE_THE_HOST = ['same', 'counted'];

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

/** The load after a second of the same that is not counted: a server in JavaScript is compiled in it. */
async function loadOf(program, load, what, seconds) {
  const request = load?.[what];
  if (request === undefined) return null;
  const take = (count) =>
    typeof request === 'function' ? loadCalls(request, count) : loadHttp(program, load.port, request, count);
  await take(WARM_SECONDS);
  return take(seconds);
}

/** A server of bare routes, the limit of a host in Koa: with a small answer of its own, and with those of the host. */
async function bareRoutes() {
  const child = fork(join(import.meta.dirname, 'bare-route.js'));
  const [{ port }] = await once(child, 'message');
  const text = requestText(port, '/services/s0');
  return {
    load: { port, status: text, list: text },
    /** Lets routes give the answer that a host gives to a request. */
    giveTheSame: (what, host) => giveTheSame(port, what, { port: host.port, path: host[what].split(' ', 2)[1] }),
    loadOf: (route, what) => ({ port, [what]: bareText(port, route, what) }),
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
      const bare = context.hasLimits ? await bareRoutes() : null;
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
              if (name !== OWN || bare === null) continue;
              await bare.giveTheSame(what, load());
              for (const route of LIKE_THE_HOST) {
                const limit = await loadOf(
                  context.run.programs.coreload,
                  bare.loadOf(route, what),
                  what,
                  context.loadSeconds,
                );
                context.figures.note(`${what}-${route}`, name, context.round + round, result.rate);
                context.figures.note(`${what}-${route}`, LIMIT, context.round + round, limit.rate);
              }
            }
          }
        }
      } finally {
        await bare?.close();
      }
    }),
};
