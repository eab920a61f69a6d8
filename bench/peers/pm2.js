import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../programs/programs.js';
import { timed, until } from './timing.js';

const READY_MS = 60_000;
const require = createRequire(import.meta.url);

/** Where it is looked for, so that it is no dependency of this package. */
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'coredinator-bench');
const INSTALL = `npm install --prefix ${CACHE} pm2`;

/** The folder of the package; null if it is not installed. */
function packageFolder() {
  const cached = join(CACHE, 'node_modules/pm2');
  if (existsSync(join(cached, 'package.json'))) return cached;
  const program = findProgram('pm2');
  if (program === null) return null;
  try {
    return join(createRequire(`${program}/`).resolve('pm2/package.json'), '..');
  } catch {
    return null; // a program of that name that is not this package
  }
}

/** What `pm2 start` sends to the daemon for a program, without what needs git (vizion) or loads its agent (pmx). */
function appOf({ name, program, args }, { folder, fifo, env }, status) {
  return {
    name,
    pm_exec_path: program,
    args,
    exec_mode: 'fork_mode',
    exec_interpreter: 'none',
    pm_cwd: folder,
    pm_out_log_path: join(folder, 'logs', `${name}-out.log`),
    pm_err_log_path: join(folder, 'logs', `${name}-error.log`),
    pm_pid_path: join(folder, 'pids', `${name}.pid`),
    env: { ...env, BENCH_FIFO: fifo, COREDINATOR_SERVICE_ID: name },
    autorestart: args.length === 0,
    autostart: true,
    treekill: true,
    vizion: false,
    pmx: false,
    merge_logs: true,
    restart_time: 0,
    unstable_restarts: 0,
    ...(status === null ? {} : { status }),
  };
}

/** The daemon's RPC client, that of the command `pm2`, on its socket. */
function connect(root, socketPath) {
  const axon = require(join(root, 'modules/pm2-axon'));
  const rpc = require(join(root, 'modules/pm2-axon-rpc'));
  const socket = axon.socket('req');
  const client = new rpc.Client(socket);
  socket.on('error', () => undefined); // it connects again by itself
  socket.connect(socketPath);
  return {
    call: (method, ...parameters) =>
      new Promise((resolve, reject) => {
        client.call(method, ...parameters, (error, result) => {
          if (error) reject(new Error(`pm2: ${method}: ${error.message ?? error}`));
          else resolve(result);
        });
      }),
    close: () => socket.close(),
  };
}

/** https://pm2.keymetrics.io, by its daemon's own RPC. */
export const pm2 = {
  name: 'pm2',
  install: INSTALL,
  notes: [
    'pm2: stdout and stderr of each service go through its daemon into files; it is asked to stop services with SIGTERM, not SIGINT. It has no request for one service.',
  ],
  restartDelayMs: 0,
  version: () => {
    const root = packageFolder();
    return root === null ? null : JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  },
  async setUp(stage) {
    const { folder, services, env, autostart } = stage;
    const root = packageFolder();
    const home = join(folder, 'pm2');
    for (const path of [home, join(folder, 'logs'), join(folder, 'pids')]) mkdirSync(path);
    const socketPath = join(home, 'rpc.sock');
    const ids = new Map();
    let daemon;
    let client;
    const launch = async () => {
      const own = { ...env, PM2_HOME: home, PM2_KILL_SIGNAL: 'SIGTERM' };
      const args = [join(root, 'lib/Daemon.js')];
      daemon = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, ...own } });
      let isUp = false;
      daemon.once('exit', () => (isUp = null));
      client = connect(root, socketPath);
      void client.call('ping', {}).then(
        () => (isUp = true),
        () => undefined,
      );
      await until(() => isUp !== false, READY_MS, 'the daemon of pm2 answers');
      if (isUp === null) throw new Error('The daemon of pm2 ended at once.');
    };
    const prepare = async (status) => {
      const all = await Promise.all(services.map((service) => client.call('prepare', appOf(service, stage, status))));
      for (const [index, [{ pm2_env: app }]] of all.entries()) ids.set(services[index].name, app.pm_id);
    };
    stage.begin();
    await launch();
    await prepare(autostart ? null : 'stopped');
    const start = (name) => client.call('startProcessId', ids.get(name));
    return {
      pid: () => daemon.pid,
      start: (name) => timed(() => start(name)),
      stop: (name) => timed(() => client.call('stopProcessId', ids.get(name))),
      startAll: () => timed(() => Promise.all(services.map(({ name }) => start(name)))),
      known: async () => {
        const all = await client.call('getMonitorData', {});
        return new Map(all.filter(({ pm2_env: app }) => app.status === 'online').map(({ name, pid }) => [name, pid]));
      },
      /** As `pm2 resurrect` does from its dump. */
      async again() {
        client.close();
        await launch();
        await prepare(null);
      },
      load: { list: () => client.call('getMonitorData', {}) },
      close: () => client.close(),
    };
  },
};
