import { linkSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHost } from '../host.js';
import { requestText } from '../stage/load.js';
import { hostServices, makePlant } from '../plant.js';

const SOCKETS = 16;
const AGENT_KINDS = ['coreio', 'corerl'];
/** The shortest that it allows. */
export const RESTART_DELAY_MS = 100;

function configuration({ services, fifo, env, autostart }) {
  const kind = {
    env: { BENCH_FIFO: fifo, ...env },
    settle: '0ms',
    autostart,
    intensity: 'unlimited',
    backoff: { initial: `${RESTART_DELAY_MS}ms`, factor: 1, jitter: 0 },
  };
  const { kinds } = hostServices([], kind);
  for (const each of AGENT_KINDS) kinds[each] = { env: kind.env };
  const kindOf = ({ name, args }) => (args.length === 0 ? 'corebench' : name);
  for (const service of services)
    if (service.args.length > 0)
      kinds[service.name] = { ...kind, executable: 'corelog', args: service.args, restart: 'never' };
  return { kinds, services: Object.fromEntries(services.map((service) => [service.name, { kind: kindOf(service) }])) };
}

/** The pids of the running services, by service, from all pages. */
async function runningOf(host) {
  const running = new Map();
  for (let cursor = null; ;) {
    const page = await host.get(`/api/services?limit=1000${cursor === null ? '' : `&cursor=${cursor}`}`);
    for (const { id, pid, state } of page.services) if (state === 'running' && pid !== null) running.set(id, pid);
    if (page.next === null) return running;
    cursor = page.next;
  }
}

/** A program with the REST API of this host on a stage; without `main` it is this build. */
export async function openHost(stage, main) {
  const { basePath, program, config } = makePlant(stage.folder, configuration(stage), (path) =>
    linkSync(stage.programs.corebench, path),
  );
  linkSync(stage.programs.corelog, join(program, '../corelog-1.0.0'));
  for (const each of AGENT_KINDS) linkSync(stage.programs.corebench, join(program, `../${each}-1.0.0`));
  const options = { sockets: SOCKETS, env: stage.env, ...(main === undefined ? {} : { main }) };
  stage.begin();
  let host = await startHost(basePath, options);
  const start = (id) => host.post(`/api/services/${id}/start`);
  return {
    pid: () => host.pid,
    start,
    stop: (id) => host.post(`/api/services/${id}/stop`),
    startAgent: (id) => host.post('/api/agents/start', { config_path: config, agent_id: id }),
    async startAll() {
      const all = await Promise.all(stage.services.map((service) => start(service.name)));
      return {
        begun: all.map(({ begun }) => begun).reduce((a, b) => (a < b ? a : b)),
        answered: all.map(({ answered }) => answered).reduce((a, b) => (a > b ? a : b)),
      };
    },
    known: () => runningOf(host),
    async again() {
      host.forget();
      host = await startHost(basePath, options);
    },
    get load() {
      const port = Number(new URL(host.url).port);
      return {
        port,
        status: requestText(port, `/api/services/${stage.services[0]?.name}`),
        list: requestText(port, `/api/services?limit=${Math.min(1_000, stage.services.length)}`),
      };
    },
    close: () => host.forget(),
  };
}

/** This host, over its REST API; `main` is the program of another build. */
export function coredinator({ name = 'coredinator', main } = {}) {
  const manifest =
    main === undefined ? join(import.meta.dirname, '../../package.json') : join(main, '../../package.json');
  return {
    name,
    install: 'npm run build',
    notes: [
      'coredinator: stdout and stderr of each service go through its shim into a file; a command is committed to its database before the answer.',
    ],
    restartDelayMs: RESTART_DELAY_MS,
    hasAgents: true,
    version: () => JSON.parse(readFileSync(manifest, 'utf8')).version,
    setUp: (stage) => openHost(stage, main),
  };
}
