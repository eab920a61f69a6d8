import { randomUUID } from 'node:crypto';
import Router from '@koa/router';
import Koa from 'koa';
import { Histogram, Registry } from 'prom-client';
import { requestText } from '../stage/load.js';

/** Headers that each server makes itself. */
const OF_THE_SERVER = new Set(['connection', 'keep-alive', 'date', 'content-length']);

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

/**
 * Koa with its router and nothing else, on a free port. One route gives a small JSON body; others give what they were sent as
 * `{ headers, body }`: `/same/WHAT`, and `/counted/WHAT` with a new id in its header and its duration in a histogram, as the host does it for
 * each request.
 */
export function listenBare() {
  const router = new Router();
  router.get('/services/:id', (context) => {
    context.body = { id: context.params.id, state: 'running', pid: process.pid };
  });
  const same = new Map();
  const giveSame = (context) => {
    const { headers, body } = same.get(context.params.what);
    for (const [name, value] of headers) context.res.setHeader(name, value);
    context.body = body;
  };
  router.get('/same/:what', giveSame);
  router.post('/same/:what', async (context) => {
    same.set(context.params.what, await bodyOf(context.req));
    context.status = 204;
  });

  const duration = new Histogram({
    name: 'duration',
    help: 'Duration of requests.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [new Registry()],
  });
  const counted = async (context, next) => {
    const begunAt = performance.now();
    await next();
    context.res.setHeader('X-Request-Id', randomUUID());
    const labels = { method: context.method, route: '/counted/:what', status: context.status };
    duration.observe(labels, (performance.now() - begunAt) / 1_000);
  };
  router.get('/counted/:what', counted, giveSame);
  return new Promise((resolve) => {
    const server = new Koa().use(router.routes()).listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** Lets the bare routes on a port give the answer that another server gives to this path. */
export async function giveTheSame(barePort, what, { port, path }) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  const headers = [...answer.headers].filter(([name]) => !OF_THE_SERVER.has(name));
  const body = JSON.stringify({ headers, body: await answer.text() });
  const { status } = await fetch(`http://127.0.0.1:${barePort}/same/${what}`, { method: 'POST', body });
  if (status !== 204) throw new Error(`The bare routes answered ${status}.`);
}

/** The request to a bare route. */
export const bareText = (port, route, what) => requestText(port, `/${route}/${what}`);
