/** The limit of rows/requests.js: Koa with its router, one route, a small JSON body. Ends with its parent. */
import Router from '@koa/router';
import Koa from 'koa';

const router = new Router();
router.get('/services/:id', (context) => {
  context.body = { id: context.params.id, state: 'running', pid: process.pid };
});
const server = new Koa()
  .use(router.routes())
  .listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
