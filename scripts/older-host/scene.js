import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Host, keptStates, until } from './host.js';
import { AGENTS, changedServices, configure, install, makePlant } from './plant.js';
import { launcherOf, liveLaunch } from './processes.js';

/** The number of folders that makes a search for an executable long enough to be observed. */
const BULK = 150;

/** The leaf state in which the host leaves each service. */
export const LEFT = {
  idle: 'stopped.idle',
  'never-started': 'stopped.idle',
  completed: 'stopped.completed',
  resolving: 'starting.resolving',
  launching: 'starting.launching',
  settling: 'starting.settling',
  probing: 'starting.probing',
  ready: 'running.ready',
  unready: 'running.unready',
  terminating: 'stopping.terminating',
  restarting: 'stopping.terminating',
  judged: 'stopping.terminating',
  killing: 'stopping.killing',
  retrying: 'stopping.terminating',
  backoff: 'backoff.waiting',
  'backoff-due': 'backoff.waiting',
  exhausted: 'failed.exhausted',
  'exhausted-due': 'failed.exhausted',
  'exhausted-for-good': 'failed.exhausted',
  missing: 'failed.missing',
  refused: 'failed.refused',
  ...Object.fromEntries(
    ['abandoned', 'fallen-back', 'found-later', 'mended', 'ended', 'lost', 'orphaned', 'rebooted'].map((id) => [
      id,
      'running.ready',
    ]),
  ),
  ...Object.fromEntries(['stopped-by-wish', 'outdated', 'noisy'].map((id) => [id, 'running.ready'])),
  ...Object.fromEntries(
    ['pump1-coreio', 'pump1-corerl', 'pump2-corerl', 'pump3-corerl', 'plant-io'].map((id) => [id, 'running.ready']),
  ),
  'chain1-slow': 'running.unready',
  'chain1-follower': 'starting.waiting',
  'group1-first': 'stopping.terminating',
  'group1-second': 'backoff.waiting',
  'broken1-broken': 'failed.exhausted',
  'halted1-worker': 'stopped.idle',
  'leaving1-leaver': 'stopping.terminating',
};

/** The same for each agent. */
export const LEFT_AGENTS = {
  ...{ pump1: 'running', pump2: 'running', pump3: 'running', chain1: 'starting' },
  ...{ group1: 'backoff', broken1: 'failed', halted1: 'stopped.idle', leaving1: 'stopping.releasing' },
};

/** Starts the agents of a plant in their order. */
export async function startAgents(host, basePath, agents = AGENTS) {
  for (const [id, [, more]] of Object.entries(agents)) {
    await host.ask('POST', '/api/agents/start', { config_path: join(basePath, `${id}.yaml`), ...more });
  }
}

/**
 * Lets hosts of an older build bring a plant into every state that can be reached from outside, and kills the last of
 * them there. `afterKill` runs once it is dead. Resolves with the time of its death.
 */
export async function leaveEveryState(checkout, place) {
  const { basePath, stateDir } = place;
  makePlant(basePath);
  await withHost(checkout, place, (host) => firstLife(host, place));
  process.kill(liveLaunch(stateDir, 'pump1-corerl').main, 'SIGKILL'); // the next host finds its exit
  return withHost(checkout, place, async (host) => {
    await secondLife(host, place);
    return lastMoments(host, place);
  });
}

/** Passes a host to `live`, and kills it afterwards. */
export async function withHost(checkout, place, live, more) {
  const host = await Host.start(checkout, place, more);
  try {
    return await live(host);
  } finally {
    await host.end('SIGKILL');
  }
}

/** Commands, exits and a reload, so that the journal has events of all kinds. */
async function firstLife(host, { basePath, stateDir }) {
  await startAgents(host, basePath);
  await host.awaitService('completed', 'stopped.completed');
  await host.awaitService('exhausted', 'failed.exhausted');
  await host.awaitService('missing', 'failed.missing');
  await host.awaitService('mended', 'failed.refused');
  install(basePath, 'latecomer-1.0.0', '#!/bin/sh\necho up\nexec sleep 100000\n');
  install(basePath, 'mended-1.0.0', '#!/bin/sh\necho up\nexec sleep 100000\n');
  for (const id of [
    'idle',
    'ready',
    'judged',
    'found-later',
    'mended',
    'pump1-corerl',
    'pump3-corerl',
    'halted1-worker',
  ]) {
    await host.awaitService(id, 'running.ready');
  }
  await host.ask('POST', '/api/services/idle/stop');
  await host.ask('POST', '/api/agents/halted1/stop');
  await host.ask('POST', '/api/services/ready/restart', undefined, { 'idempotency-key': 'restart-of-ready' });
  await host.awaitService('ready', 'running.ready');
  configure(basePath, changedServices());
  await host.ask('POST', '/api/config/reload');
  await until('a third launch of "ready"', async () => (await host.service('ready')).generation === 3);
  await host.awaitService('ready', 'running.ready');
  await fallBack(host, { basePath, stateDir });
  process.kill(liveLaunch(stateDir, 'orphaned').shim, 'SIGKILL');
  await until('the death of a shim to be noticed', () => host.log.includes('A shim died'));
  await until('output to be released', () => existsSync(join(stateDir, 'logs/noisy/1.stdout.head')), 90_000);
}

/** A new version that fails immediately, after a stable one. */
async function fallBack(host, { basePath, stateDir }) {
  const view = await host.awaitService('fallen-back', 'running.ready');
  await until('"fallen-back" to be stable', () => Date.now() - Date.parse(view.started_at) > 1_500);
  install(basePath, 'twofold-2.0.0', '#!/bin/sh\nexit 1\n');
  process.kill(liveLaunch(stateDir, 'fallen-back').main, 'SIGKILL');
  await until('"fallen-back" to fall back', async () => {
    const { state, version, reason } = await host.service('fallen-back');
    return state === 'running' && version === '1.0.0' && reason !== null;
  });
}

/** States that last for a long time. */
async function secondLife(host, { basePath, stateDir }) {
  await host.awaitService('pump1-corerl', 'running.ready');
  for (const id of ['terminating', 'retrying'])
    void host.ask('POST', `/api/services/${id}/stop`).catch(() => undefined);
  void host.ask('POST', '/api/services/restarting/restart').catch(() => undefined);
  void host.ask('POST', '/api/agents/leaving1/stop').catch(() => undefined);
  writeFileSync(join(basePath, 'ill'), '');
  process.kill(liveLaunch(stateDir, 'group1-second').main, 'SIGKILL');
  for (const id of ['backoff-due', 'exhausted-due']) await host.ask('POST', `/api/services/${id}/start`);
  const brief = new Set(['resolving', 'launching', 'killing']);
  for (const [id, leaf] of Object.entries(LEFT)) if (!brief.has(id)) await host.awaitService(id, leaf);
}

/** Short-lived states: the host is stopped (SIGSTOP) in them, and killed once its rows show all of them. */
async function lastMoments(host, { basePath, stateDir }) {
  const bulk = join(basePath, 'bulk');
  for (let index = 0; index < BULK * BULK; index += 1) {
    mkdirSync(join(bulk, String(index % BULK), String(index)), { recursive: true });
  }
  const launcher = launcherOf(host);
  process.kill(launcher, 'SIGSTOP'); // from now on no shim is created
  void host.ask('POST', '/api/services/launching/start').catch(() => undefined);
  await host.awaitService('launching', 'starting.launching');
  process.kill(liveLaunch(stateDir, 'killing').shim, 'SIGSTOP'); // it neither signals nor kills, and stays stopped
  void host.ask('POST', '/api/services/killing/stop').catch(() => undefined);
  await host.awaitService('killing', 'stopping.killing');
  void host.ask('POST', '/api/services/resolving/start').catch(() => undefined);
  const wanted = { ...prefixed('service', LEFT), ...prefixed('agent', LEFT_AGENTS) };
  await until(
    '"resolving" to be stored',
    async () => (await keptStates(stateDir)).get('service:resolving') === 'starting.resolving',
    5_000,
  );
  host.signal('SIGSTOP');
  const states = await keptStates(stateDir);
  const wrong = Object.entries(wanted).filter(([path, leaf]) => states.get(path) !== leaf);
  const at = Date.now();
  await host.end('SIGKILL');
  process.kill(launcher, 'SIGKILL'); // if it were continued, it would execute its requests
  rmSync(bulk, { recursive: true });
  if (wrong.length > 0) {
    throw new Error(
      `Unexpected rows: ${wrong.map(([path, leaf]) => `${path} ${states.get(path)}, not ${leaf}`).join('; ')}`,
    );
  }
  return at;
}

function prefixed(kind, leaves) {
  return Object.fromEntries(Object.entries(leaves).map(([id, leaf]) => [`${kind}:${id}`, leaf]));
}
