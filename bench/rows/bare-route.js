/**
 * The limits of rows/requests.js: Koa with its router. One route gives a small JSON body; what it is sent as `{ what, headers, body }`,
 * other routes give: `/same/WHAT`, and `/counted/WHAT` with a new id in its header and its duration in a histogram, as the host does it for
 * each request. Ends with its parent.
 */
import { randomUUID } from 'node:crypto';
import Router from '@koa/router';
import Koa from 'koa';
import { Histogram, Registry } from 'prom-client';

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
process.on('message', ({ what, ...answer }) => {
  same.set(what, answer);
  process.send({ taken: what });
});
const server = new Koa()
  .use(router.routes())
  .listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
