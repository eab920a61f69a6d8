/**
 * The limits of rows/requests.js: Koa with its router. One route gives a small JSON body; what it is sent as `{ what, headers, body }`,
 * other routes give (`/same/WHAT`). Ends with its parent.
 */
import Router from '@koa/router';
import Koa from 'koa';

const router = new Router();
router.get('/services/:id', (context) => {
  context.body = { id: context.params.id, state: 'running', pid: process.pid };
});
const same = new Map();
router.get('/same/:what', (context) => {
  const { headers, body } = same.get(context.params.what);
  for (const [name, value] of headers) context.res.setHeader(name, value);
  context.body = body;
});
process.on('message', ({ what, ...answer }) => {
  same.set(what, answer);
  process.send({ taken: what });
});
const server = new Koa()
  .use(router.routes())
  .listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
