/**
 * The floor of `npm run bench`: the smallest program in Node that keeps the promises of the host which the rows measure.
 * What the host needs beyond it is the price of everything else that it does; what the floor needs is the price of the
 * promises, of Node, and of what such a program is made of (Koa with its router, SQLite through sqlite and sqlite3).
 *
 * It promises what the rows need:
 * - The answer to a command comes after the commit of the intention, in a database that is opened as the store of the host is.
 * - The intent to launch is committed before the shim is asked for. Start: one commit has both.
 * - Launches go through the launcher and the native shim of the host, in its launch protocol, with its own modules: same files,
 *   same captured output, same environment, adoptable. At most as many at a time as the host makes.
 * - A stop is answered when none of the processes of the tree is left: SIGTERM to all of them, SIGKILL after the grace.
 * - The exit of a process is committed before the next launch, which comes 100 ms later and after the end of the old tree.
 * - Killed and started again, it finds what is alive by pid and start time, and starts nothing twice.
 * - The answers about services have the body that those of the host have. Memory is given back after a storm, as the host does.
 *
 * It leaves out all else: statecharts, journal, history, YAML, versions, probes, dependencies, agents, access, the headers for
 * browsers, validation, logs, metrics; shims that are killed or frozen; failed launches, which end it; a lost or damaged
 * database; a second one on the same folder; a launch that it cannot read; systems without the native shim.
 *
 * Arguments as of the host, of which it reads --base-path: the folder of a plant whose coredinator.yaml is JSON. bundle.js
 * makes one file of it, as the host is one, next to a link to the shim.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Router from '@koa/router';
import Koa from 'koa';
import { HeapKeeper } from '../../lib/host/heap.ts';
import { Slots } from '../../lib/launching/slots.ts';
import { inheritable } from '../../lib/model/environment.ts';
import { layoutOf, makeFolders } from '../../lib/process/files/layout.ts';
import { RecordRemoval } from '../../lib/process/files/record-removal.ts';
import { NativeShims } from '../../lib/process/launch/native-shims.ts';
import { bootId } from '../../lib/process/os/process-identity.ts';
import { ExitWatch } from '../../lib/process/tree/exit-watch.ts';
import { Service } from './service.js';
import { openStore } from './store.js';
import { view } from './view.js';

/** Of all executables of the benchmark. */
const VERSION = '1.0.0';
const DELAY_MS = 100;
/** As the host. */
const KEEP_ALIVE_MS = 65_000;

const say = (level) => (fields, msg) => process.stderr.write(`${JSON.stringify({ level, ...fields, msg })}\n`);
const nothing = () => undefined;
const log = { debug: nothing, info: nothing, warn: say('warn'), error: say('error') };
const clock = { now: () => Date.now(), random: () => Math.random() };

const { values } = parseArgs({ options: { 'base-path': { type: 'string' } }, strict: false });
const basePath = values['base-path'];
const stateDir = join(basePath, '.coredinator');
const { kinds, services: named } = JSON.parse(readFileSync(join(basePath, 'coredinator.yaml'), 'utf8'));

const layout = layoutOf(stateDir);
makeFolders(layout);
const shims = new NativeShims(join(import.meta.dirname, 'coredinator-shim'), log);
const environment = {
  inherited: inheritable(process.env),
  instanceId: randomUUID(),
  url: '',
  origin: { basePath, stateDir },
};
const launches = new Map();
const context = {
  ...{ basePath, layout, environment, launches, shims, clock, version: VERSION, delayMs: DELAY_MS, boot: bootId() },
  slots: new Slots(shims.concurrency),
  removal: new RecordRemoval({ layout, clock, log }),
  store: await openStore(join(stateDir, 'floor.db')),
};
const rows = new Map(context.store.rows.map((row) => [row.id, row]));
const services = new Map(
  Object.entries(named).map(([id, { kind }]) => {
    const revision = createHash('sha256').update(id).digest('hex').slice(0, 8);
    return [id, new Service(id, { ...kinds[kind], kind, revision }, rows.get(id), context)];
  }),
);
const heap = new HeapKeeper({ setTimeout: (act, ms) => setTimeout(act, ms), clearTimeout });
new ExitWatch(
  layout.exits,
  (launch) => {
    heap.stir();
    launches.get(launch)?.readEnd();
  },
  log,
);

function answer(ctx, value) {
  ctx.res.setHeader('Content-Type', 'application/json');
  ctx.body = `${JSON.stringify(value)}\n`;
}

/** A route for one service. `act` carries out a command. */
const ofOne = (act) => async (ctx) => {
  const service = services.get(ctx.params.id);
  if (service === undefined) return;
  if (act !== undefined) {
    heap.stir();
    await act(service);
  }
  answer(ctx, view(service, VERSION));
};

const router = new Router()
  .get('/api/services', (ctx) => {
    answer(ctx, { services: [...services.values()].map((service) => view(service, VERSION)), next: null });
  })
  .get('/api/services/:id', ofOne())
  .post(
    '/api/services/:id/start',
    ofOne((service) => service.start()),
  )
  .post(
    '/api/services/:id/stop',
    ofOne((service) => service.stop()),
  );

await Promise.all([...services.values()].map((service) => service.adopt()));
const server = new Koa().use(router.routes()).listen(0, '127.0.0.1', () => {
  environment.url = `http://127.0.0.1:${server.address().port}`;
  say('info')({ url: environment.url }, 'ready');
  heap.stir();
  for (const service of services.values())
    if (service.row.wanted === 1 && service.state === 'stopped') void service.start();
});
server.keepAliveTimeout = KEEP_ALIVE_MS;
