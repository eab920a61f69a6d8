import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAMS = {
  'waits-1.0.0': '#!/bin/sh\necho up\nexec sleep 100000\n',
  // An ignored signal stays ignored after exec.
  'ignores-1.0.0': "#!/bin/sh\ntrap '' TERM\necho up\nexec sleep 100000\n",
  'fails-1.0.0': '#!/bin/sh\necho it cannot be done >&2\nexit 3\n',
  'succeeds-1.0.0': '#!/bin/sh\necho done\n',
  'uninterpreted-1.0.0': '#!/no/such/interpreter\n',
  'mended-1.0.0': '#!/no/such/interpreter\n',
  'twofold-1.0.0': '#!/bin/sh\necho up\nexec sleep 100000\n',
  // Only once, because a copy of its output would otherwise be written to again.
  'writes-1.0.0':
    '#!/bin/sh\nif [ ! -e has-written ]; then\n  i=0\n  while [ "$i" -lt 8000 ]; do\n    i=$((i + 1))\n    echo "line $i of this output"\n  done\n' +
    '  : >has-written\nfi\nexec sleep 100000\n',
  'coreio-1.0.0': '#!/bin/sh\necho "coreio $*"\nexec sleep 100000\n',
  'corerl-1.0.0': '#!/bin/sh\necho "corerl $*"\nexec sleep 100000\n',
};

/** A budget of one restart, and waits without jitter. */
const once = (initial) => ({
  backoff: { initial, max: initial, jitter: 0 },
  intensity: { max_restarts: 1, period: '240h' },
});
const never = { backoff: { initial: '1s', jitter: 0 }, intensity: { max_restarts: 0 } };
const waits = { executable: 'waits' };
const fails = { executable: 'fails' };
/** Keeps its service in `stopping` for a long time. */
const ignores = { executable: 'ignores', stop: { grace: '1h' } };
const file = (name) => ({ exec: { command: ['test', '-e', name] }, period: '1s' });
const late = { autostart: false };

/** The purpose of each host service. Waits take hours, or 30 s if they must be over for the next host. */
const SERVICES = {
  idle: { executable: 'ignores', stop: { grace: '200ms' } },
  'never-started': { ...waits, ...late },
  completed: { executable: 'succeeds', restart: 'on_failure' },
  resolving: { ...waits, ...late },
  launching: { ...waits, ...late },
  settling: { ...waits, settle: '5h' },
  probing: { ...waits, probes: { startup: { ...file('go-probing'), failure_threshold: 18_000 } } },
  ready: { ...waits, env: { PORT: '${port.http}' }, probes: { readiness: file('coredinator.yaml') } },
  unready: { ...waits, probes: { readiness: file('go-unready') } },
  terminating: ignores,
  restarting: ignores,
  judged: {
    ...ignores,
    ...once('5h'),
    probes: { liveness: { exec: { command: ['test', '!', '-e', 'ill'] }, period: '1s', failure_threshold: 1 } },
  },
  killing: { executable: 'ignores', stop: { grace: '1s' } },
  retrying: ignores,
  backoff: { ...fails, ...once('5h') },
  'backoff-due': { ...fails, ...once('30s'), ...late },
  exhausted: { ...fails, ...never, recover_after: '5h' },
  'exhausted-due': { ...fails, ...never, ...late, recover_after: '30s' },
  'exhausted-for-good': { ...fails, ...never, recover_after: 'never' },
  missing: { executable: 'nowhere' },
  refused: { executable: 'uninterpreted', recover_after: '5h' },
  abandoned: waits,
  'fallen-back': {
    executable: 'twofold',
    backoff: { initial: '100ms', jitter: 0, reset_after: '1s' },
    intensity: { max_restarts: 1 },
  },
  'found-later': { executable: 'latecomer' },
  mended: { executable: 'mended', recover_after: '5h' },
  ended: waits,
  lost: waits,
  orphaned: waits,
  rebooted: waits,
  'stopped-by-wish': waits,
  outdated: waits,
  noisy: { executable: 'writes', logs: { max_bytes: '64KiB' } },
};

const KINDS = {
  slow: { ...waits, probes: { readiness: file('go-slow') } },
  follower: { ...waits, depends_on: { slow: 'healthy' } },
  first: ignores,
  second: { ...waits, ...once('5h') },
  broken: { ...fails, ...never, recover_after: '5h' },
  worker: waits,
  leaver: ignores,
};

const AGENT_TYPES = {
  chain: { services: ['slow', 'follower'] },
  group: { services: ['first', 'second'], strategy: 'one_for_all' },
  breaking: { services: ['broken'] },
  single: { services: ['worker'] },
  leaving: { services: ['leaver'] },
};

/** The agents in start order: by id, the section of their file and the additional fields of the request. */
export const AGENTS = {
  pump1: [{}, {}],
  pump2: [{}, { coreio_id: 'plant-io' }],
  pump3: [{ coreio_id: 'plant-io' }, {}],
  chain1: [{ agent_type: 'chain' }, {}],
  group1: [{ agent_type: 'group' }, {}],
  broken1: [{ agent_type: 'breaking' }, {}],
  halted1: [{ agent_type: 'single' }, {}],
  leaving1: [{ agent_type: 'leaving' }, {}],
};

/** A plant whose host is killed while it is stopping its services. */
export const DRAINED = {
  services: { drained: waits, draining: ignores },
  agents: { drained1: [{ agent_type: 'single' }, {}], draining1: [{ agent_type: 'leaving' }, {}] },
};

/** A plant whose host dies while it is launching its only service. */
export const CLAIMED = { services: { claimed: waits }, agents: {} };

/** Installs a program in the base path. */
export function install(basePath, name, script) {
  const path = join(basePath, name);
  writeFileSync(path, script);
  chmodSync(path, 0o755);
}

/** Writes the configuration, which may be changed later. */
export function configure(basePath, services) {
  const kinds = Object.fromEntries(Object.entries(services).map(([id, kind]) => [`${id}-kind`, kind]));
  const seats = Object.fromEntries(Object.keys(services).map((id) => [id, { kind: `${id}-kind` }]));
  const document = { kinds: { ...kinds, ...KINDS }, agent_types: AGENT_TYPES, services: seats };
  writeFileSync(join(basePath, 'coredinator.yaml'), `${JSON.stringify(document, null, 1)}\n`); // JSON is YAML
}

/** Creates a base path with its programs, its configuration and the files of its agents. */
export function makePlant(basePath, { services = SERVICES, agents = AGENTS } = {}) {
  mkdirSync(basePath, { recursive: true });
  for (const [name, script] of Object.entries(PROGRAMS)) install(basePath, name, script);
  configure(basePath, services);
  for (const [id, [section]] of Object.entries(agents)) {
    const text = Object.keys(section).length === 0 ? 'setpoint: 1' : JSON.stringify({ coredinator: section });
    writeFileSync(join(basePath, `${id}.yaml`), `${text}\n`);
  }
}

/** The services of the plant, one of them changed so that its next launch differs. */
export function changedServices() {
  return { ...SERVICES, ready: { ...SERVICES.ready, env: { ...SERVICES.ready.env, LEVEL: 'debug' } } };
}
