import type { LaunchFailure } from '../../../lib/model/process.ts';
import type { Kind, KindName, Plant } from '../walks/walk-plant.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';

type Steps = Scenario['steps'];
type Options = Partial<Omit<Scenario, 'name' | 'plant' | 'steps'>> & {
  readonly plant?: Partial<Omit<Plant, 'kinds'>>;
  readonly kinds?: Readonly<Partial<Record<KindName, Partial<Kind>>>>;
};

const KIND: Kind = {
  mode: 'always',
  recoverAfterMs: 30_000,
  ...{ startup: false, readiness: false, liveness: false, isUnlimited: false, release: 1 },
};
const PLANT: Plant = {
  isShared: false,
  strategies: ['one_for_one', 'one_for_one'],
  condition: 'started',
  hasThird: false,
  hasHost: false,
  isAutostarted: true,
  kinds: { coreio: KIND, corerl: KIND, third: KIND, telemetry: KIND },
};

function plantOf(plant: Options['plant'], kinds: Options['kinds']): Plant {
  const all = Object.entries(PLANT.kinds).map(([name, kind]) => [name, { ...kind, ...kinds?.[name as KindName] }]); // its keys
  return { ...PLANT, ...plant, kinds: Object.fromEntries(all) as Plant['kinds'] };
}

function scenario(name: string, steps: Steps, { plant, kinds, ...options }: Options = {}): Scenario {
  const defaults = { stubborn: [], orphans: 'report', before: [], between: [], downMs: 100 } as const;
  const flags = { isRetried: false, mayLaunchMore: false, hasReceiver: false, isCore: false };
  return { name, plant: plantOf(plant, kinds), ...defaults, ...flags, steps, ...options };
}

const START_A = { do: 'startAgent', agent: 'a' } as const;
const START_B = { do: 'startAgent', agent: 'b' } as const;
const STOP_A = { do: 'stopAgent', agent: 'a' } as const;
const REST = { do: 'rest' } as const;
const RUNNING = [START_A, REST] as const;
const BOTH = [START_A, START_B, REST] as const;
const crash = (service: string): ScenarioStep => ({ do: 'exit', service, how: 'code' });
const pass = (ms: number): ScenarioStep => ({ do: 'pass', ms });
const missing: LaunchFailure = { code: 'ENOENT', isPermanent: true, message: 'The program does not exist.' };
const busy: LaunchFailure = { code: 'ETXTBSY', isPermanent: false, message: 'The program is being written.' };
const crashLoop = (service: string, times: number): readonly ScenarioStep[] =>
  Array.from({ length: times }, () => [crash(service), pass(2_500)]).flat();

const TOLD: readonly Scenario[] = [
  scenario('start', [START_A, REST, pass(1_200)], { isCore: true }),
  scenario('start of a known agent', [{ do: 'startKnownAgent', agent: 'a' }, REST], {
    before: [{ do: 'defineAgent', agent: 'a', isStarted: false }],
  }),
  scenario('definition', [{ do: 'defineAgent', agent: 'a', isStarted: false }, pass(1_200)]),
  scenario('definition and start', [{ do: 'defineAgent', agent: 'a', isStarted: true }, REST]),
  scenario('stop', [STOP_A, REST], { before: RUNNING, isCore: true }),
  scenario('stop that needs the grace period', [STOP_A, pass(6_000), REST], {
    before: RUNNING,
    stubborn: ['a-corerl'],
  }),
  scenario('restart of an agent', [{ do: 'restartAgent', agent: 'a' }, REST], { before: RUNNING, isCore: true }),
  scenario('restart of a service', [{ do: 'restartService', service: 'a-coreio' }, REST], {
    before: RUNNING,
    isCore: true,
  }),
  scenario('version of a service is pinned', [{ do: 'pinVersion', service: 'a-corerl', version: '1.0.0' }, REST], {
    before: [{ do: 'provide', versions: [1, 2] }, ...RUNNING],
  }),
  scenario('version of a service is unpinned', [{ do: 'pinVersion', service: 'a-corerl', version: null }, REST], {
    before: [
      { do: 'provide', versions: [1, 2] },
      ...RUNNING,
      { do: 'pinVersion', service: 'a-corerl', version: '1.0.0' },
      REST,
    ],
  }),
  scenario('restart that needs the grace period', [{ do: 'restartService', service: 'a-corerl' }, pass(6_000), REST], {
    before: RUNNING,
    stubborn: ['a-corerl'],
  }),
  scenario('stop of a service', [{ do: 'stopService', service: 'a-coreio' }, REST], { before: RUNNING }),
  scenario('start of a service', [{ do: 'startService', service: 'a-corerl' }, REST], {
    before: [...RUNNING, { do: 'stopService', service: 'a-corerl' }, REST],
  }),
  scenario('start of an agent whose service was stopped', [START_A, REST], {
    before: [...RUNNING, { do: 'stopService', service: 'a-corerl' }, STOP_A, REST],
  }),
  scenario('signal', [{ do: 'signalService', service: 'a-corerl' }], { before: RUNNING }),
  scenario('acknowledgement', [{ do: 'acknowledgeService', service: 'a-corerl', note: 'seen' }, pass(1_000), REST], {
    before: [...RUNNING, crash('a-corerl')],
  }),
  scenario('deletion', [{ do: 'deleteAgent', agent: 'a' }, REST], { before: RUNNING, isCore: true }),
  scenario('deletion that needs the grace period', [{ do: 'deleteAgent', agent: 'a' }, pass(6_000), REST], {
    before: RUNNING,
    stubborn: ['a-coreio'],
  }),
  scenario(
    'reload of a changed release',
    [{ do: 'reload', edit: { type: 'kind', name: 'corerl', kind: { release: 2 } } }, REST],
    { before: BOTH },
  ),
  scenario(
    'reload of a policy',
    [{ do: 'reload', edit: { type: 'kind', name: 'corerl', kind: { recoverAfterMs: 5_000 } } }, REST],
    { before: RUNNING },
  ),
  scenario('reload that adds a service', [{ do: 'reload', edit: { type: 'third', hasThird: true } }, REST], {
    before: RUNNING,
  }),
  scenario('reload that removes a service', [{ do: 'reload', edit: { type: 'third', hasThird: false } }, REST], {
    before: RUNNING,
    plant: { hasThird: true },
  }),
  scenario('reload that adds a host service', [{ do: 'reload', edit: { type: 'host', hasHost: true } }, REST], {
    before: RUNNING,
  }),
  scenario('reload that removes a host service', [{ do: 'reload', edit: { type: 'host', hasHost: false } }, REST], {
    before: RUNNING,
    plant: { hasHost: true },
  }),
  scenario('first start of a host service', [], { plant: { hasHost: true } }),
  scenario('host service that is not to start', [{ do: 'startService', service: 'telemetry' }, REST], {
    plant: { hasHost: true, isAutostarted: false },
  }),
  scenario('exit and backoff', [crash('a-corerl'), pass(1_000), REST], { before: RUNNING }),
  scenario('exits of two services', [crash('a-coreio'), { ...crash('b-corerl'), isHasty: true }, pass(1_000), REST], {
    before: BOTH,
  }),
  scenario('exit while no host is up', [START_B, REST], {
    before: RUNNING,
    between: [{ do: 'exit', service: 'a-corerl', how: 'code' }],
  }),
  scenario('end without a record while no host is up', [crash('a-corerl'), pass(1_000)], {
    before: RUNNING,
    between: [{ do: 'exit', service: 'a-coreio', how: 'unseen' }],
  }),
  scenario('exit during a restart while no host is up', [{ do: 'restartService', service: 'a-corerl' }, REST], {
    before: RUNNING,
    between: [{ do: 'exit', service: 'a-corerl', how: 'code' }],
  }),
  scenario(
    'shim that dies',
    [{ do: 'loseShim', service: 'a-corerl' }, pass(100), crash('a-corerl'), pass(1_000), REST],
    {
      before: RUNNING,
    },
  ),
  scenario('shim that dies while no host is up', [crash('a-coreio'), pass(1_000)], {
    before: RUNNING,
    between: [{ do: 'loseShim', service: 'a-corerl' }],
  }),
  scenario('crash loop', crashLoop('a-corerl', 4), { before: RUNNING }),
  scenario('recovery after a crash loop', [pass(31_000), REST], { before: [...RUNNING, ...crashLoop('a-corerl', 4)] }),
  scenario('fallback', [...crashLoop('a-corerl', 4), pass(1_000), REST], {
    before: [
      ...RUNNING,
      pass(61_000),
      { do: 'provide', versions: [1, 2] },
      { do: 'restartService', service: 'a-corerl' },
      REST,
    ],
  }),
  scenario('failure in a group while no host is up', [pass(300), crash('b-corerl'), pass(1_000)], {
    before: BOTH,
    plant: { strategies: ['one_for_all', 'rest_for_one'] },
    between: [{ do: 'exit', service: 'a-corerl', how: 'signal' }],
  }),
  scenario('start after a deletion', [START_A, REST], {
    before: [...RUNNING, { do: 'deleteAgent', agent: 'a' }, REST],
  }),
  scenario('deletion and start at the same time', [{ do: 'deleteAgent', agent: 'a', isHasty: true }, START_A, REST], {
    before: RUNNING,
    mayLaunchMore: true,
  }),
  scenario(
    'everything at once',
    [
      { ...START_B, isHasty: true },
      { do: 'restartService', service: 'a-coreio', isHasty: true },
      { ...crash('a-corerl'), isHasty: true },
      { do: 'stopService', service: 'b-corerl', isHasty: true },
      { do: 'reload', edit: { type: 'third', hasThird: true } },
      REST,
    ],
    { before: RUNNING, mayLaunchMore: true },
  ),
  scenario('restart of a whole group', [crash('a-coreio'), pass(2_000), REST], {
    before: RUNNING,
    plant: { strategies: ['one_for_all', 'one_for_one'] },
  }),
  scenario('restart of the rest of a group', [crash('a-corerl'), pass(2_000), REST], {
    before: RUNNING,
    plant: { strategies: ['rest_for_one', 'one_for_one'], hasThird: true },
  }),
  scenario('drain', [{ do: 'leave', mode: 'drain' }], { before: RUNNING }),
  scenario('drain that needs the grace period', [{ do: 'leave', mode: 'drain' }], {
    before: RUNNING,
    stubborn: ['a-coreio'],
  }),
  scenario('detach', [{ do: 'leave', mode: 'detach' }], { before: RUNNING }),
  scenario('second holder of a shared service', [START_B, REST], { before: RUNNING, plant: { isShared: true } }),
  scenario('stop of one of two holders', [STOP_A, REST], { before: BOTH, plant: { isShared: true } }),
  scenario('stop of both holders', [{ ...STOP_A, isHasty: true }, { do: 'stopAgent', agent: 'b' }, REST], {
    before: BOTH,
    plant: { isShared: true },
  }),
  scenario('group restart of a shared service', [crash('io'), pass(2_000), REST], {
    before: BOTH,
    plant: { isShared: true, strategies: ['one_for_all', 'rest_for_one'] },
  }),
  scenario('shared service of its own', [{ do: 'startIo' }, REST, { do: 'stopIo' }, REST], {
    plant: { isShared: true },
    mayLaunchMore: true,
  }),
  scenario('deletion of a shared service', [{ do: 'deleteService', service: 'io' }, REST], {
    plant: { isShared: true },
    before: [{ do: 'startIo' }, REST],
  }),
  scenario(
    'exit on a full disk',
    [{ do: 'fillDisk' }, crash('a-corerl'), pass(2_000), { do: 'freeDisk' }, pass(6_000), REST],
    {
      before: RUNNING,
    },
  ),
  scenario(
    'command on a full disk',
    [{ do: 'fillDisk' }, STOP_A, pass(1_000), { do: 'freeDisk' }, pass(6_000), STOP_A, REST],
    {
      before: RUNNING,
    },
  ),
  scenario(
    'launch on a full disk',
    [{ do: 'fillDisk' }, pass(100), crash('a-coreio'), pass(500), { do: 'freeDisk' }, pass(6_000), REST],
    {
      before: BOTH,
    },
  ),
  scenario(
    'completed job on a full disk',
    [
      { do: 'fillDisk' },
      { do: 'exit', service: 'a-corerl', how: 'success' },
      pass(500),
      { do: 'freeDisk' },
      pass(6_000),
    ],
    { before: RUNNING, kinds: { corerl: { mode: 'on_failure' } } },
  ),
  scenario('orphans of a lost store, adopted', [{ do: 'restartService', service: 'a-corerl' }, REST, pass(1_200)], {
    before: [...RUNNING, pass(1_200)],
    between: [{ do: 'loseStore' }],
    orphans: 'adopt',
  }),
  scenario('orphans of a lost store, killed', [crash('a-corerl'), pass(1_000)], {
    before: [...RUNNING, pass(1_200)],
    between: [{ do: 'loseStore' }],
    orphans: 'kill',
    mayLaunchMore: true,
  }),
  scenario('orphans of an older store, adopted', [crash('b-coreio'), pass(1_000)], {
    before: [START_A, REST, pass(1_200), { do: 'backUp' }, START_B, REST, pass(1_200)],
    between: [{ do: 'oldStore' }],
    orphans: 'adopt',
  }),
  scenario('taken port', [{ do: 'takePorts' }, crash('a-coreio'), pass(1_000), REST], {
    before: RUNNING,
    kinds: { coreio: { hasPort: true } },
  }),
  scenario('first port', [START_A, REST], { kinds: { coreio: { hasPort: true } } }),
  scenario(
    'start with a dependency that has to be healthy',
    [START_A, pass(250), { do: 'probe', service: 'a-coreio', kind: 'readiness', isPassed: true }, REST],
    { plant: { condition: 'healthy' }, kinds: { coreio: { readiness: true } } },
  ),
  scenario('completed job', [START_A, pass(250), { do: 'exit', service: 'a-coreio', how: 'success' }, REST], {
    plant: { condition: 'completed' },
    kinds: { coreio: { mode: 'on_failure' } },
  }),
  scenario('job that runs once', [START_A, REST, crash('a-corerl'), REST], { kinds: { corerl: { mode: 'never' } } }),
  scenario(
    'failed liveness probe',
    [{ do: 'probe', service: 'a-corerl', kind: 'liveness', isPassed: false }, pass(1_000), REST],
    { before: RUNNING, kinds: { corerl: { liveness: true } } },
  ),
  scenario(
    'failed liveness probe that needs the grace period',
    [{ do: 'probe', service: 'a-corerl', kind: 'liveness', isPassed: false }, pass(7_000), REST],
    { before: RUNNING, kinds: { corerl: { liveness: true } }, stubborn: ['a-corerl'] },
  ),
  scenario(
    'startup probe',
    [START_A, pass(1_000), { do: 'probe', service: 'a-coreio', kind: 'startup', isPassed: true }, REST],
    { kinds: { coreio: { startup: true } } },
  ),
  scenario('startup that takes too long', [START_A, pass(5_000), REST], { kinds: { coreio: { startup: true } } }),
  scenario('actor that breaks once', [{ do: 'throw', actor: 'service:a-corerl', times: 1 }, REST], { before: RUNNING }),
  scenario('quarantine', [{ do: 'throw', actor: 'service:a-corerl', times: 6 }, REST], { before: RUNNING }),
  scenario('quarantine of an agent', [{ do: 'throw', actor: 'agent:a', times: 6 }, REST], { before: RUNNING }),
  scenario('stop during a launch', [{ do: 'holdShims' }, START_A, STOP_A, { do: 'releaseShims' }, REST], {
    mayLaunchMore: true,
  }),
  scenario(
    'stop of a launch whose shim was first',
    [{ do: 'holdShims' }, START_A, { do: 'stepShims', count: 1 }, STOP_A, { do: 'releaseShims' }, REST],
    { mayLaunchMore: true },
  ),
  scenario(
    'restart during a launch',
    [{ do: 'holdShims' }, START_A, { do: 'restartService', service: 'a-coreio' }, { do: 'releaseShims' }, REST],
    { mayLaunchMore: true },
  ),
  scenario('start that is overtaken by a stop', [{ ...START_A, isHasty: true }, STOP_A, REST], { mayLaunchMore: true }),
  scenario('stop that is overtaken by a start', [{ ...STOP_A, isHasty: true }, START_A, REST], {
    before: RUNNING,
    mayLaunchMore: true,
  }),
  scenario(
    'restart that is overtaken by a stop',
    [{ do: 'restartAgent', agent: 'a', isHasty: true }, { do: 'stopService', service: 'a-corerl' }, REST],
    { before: RUNNING, mayLaunchMore: true },
  ),
  scenario('stop during a backoff', [STOP_A, REST], {
    mayLaunchMore: true,
    before: [...RUNNING, crash('a-corerl'), pass(50)],
  }),
  scenario('restart during a backoff', [{ do: 'restartService', service: 'a-corerl' }, REST], {
    before: [...RUNNING, crash('a-corerl'), pass(50)],
  }),
  scenario(
    'reload during a backoff',
    [{ do: 'reload', edit: { type: 'kind', name: 'corerl', kind: { release: 2 } } }, REST],
    {
      before: [...RUNNING, crash('a-corerl'), pass(50)],
    },
  ),
  scenario('start after a crash loop', [{ do: 'startService', service: 'a-corerl' }, REST], {
    before: [...RUNNING, ...crashLoop('a-corerl', 4)],
  }),
  scenario('stop after a crash loop', [{ do: 'stopService', service: 'a-corerl' }, REST], {
    mayLaunchMore: true,
    before: [...RUNNING, ...crashLoop('a-corerl', 4)],
  }),
  scenario('deletion after a crash loop', [{ do: 'deleteAgent', agent: 'a' }, REST], {
    mayLaunchMore: true,
    before: [...RUNNING, ...crashLoop('a-coreio', 4)],
  }),
  scenario(
    'stop that overtakes a failed probe',
    [{ do: 'probe', service: 'a-corerl', kind: 'liveness', isPassed: false }, pass(500), STOP_A, pass(6_000), REST],
    { before: RUNNING, kinds: { corerl: { liveness: true } }, stubborn: ['a-corerl'], mayLaunchMore: true },
  ),
  scenario('stop during a restart of a group', [crash('a-coreio'), pass(100), STOP_A, pass(6_000), REST], {
    before: RUNNING,
    plant: { strategies: ['one_for_all', 'one_for_one'] },
    stubborn: ['a-corerl'],
    mayLaunchMore: true,
  }),
  scenario(
    'deletion during a launch',
    [
      { do: 'holdShims' },
      START_A,
      { do: 'stepShims', count: 2 },
      { do: 'deleteAgent', agent: 'a' },
      { do: 'releaseShims' },
      REST,
    ],
    { mayLaunchMore: true },
  ),
  scenario(
    'reload during a launch',
    [
      { do: 'holdShims' },
      START_A,
      { do: 'reload', edit: { type: 'kind', name: 'coreio', kind: { release: 2 } } },
      { do: 'releaseShims' },
      REST,
    ],
    { mayLaunchMore: true },
  ),
  scenario('detach during a launch', [
    { do: 'holdShims' },
    START_A,
    { do: 'stepShims', count: 1 },
    { do: 'leave', mode: 'detach' },
  ]),
  scenario(
    'drain during a launch',
    [
      { do: 'holdShims' },
      START_A,
      { do: 'stepShims', count: 1 },
      { do: 'releaseShims', isHasty: true },
      { do: 'leave', mode: 'drain' },
    ],
    { mayLaunchMore: true },
  ),
  scenario('start with a plan that has lost a service', [START_A, REST], {
    before: [...RUNNING, STOP_A, REST, { do: 'edit', edit: { type: 'third', hasThird: false } }],
    plant: { hasThird: true },
  }),
  scenario(
    'definition with a plan that has lost a service',
    [{ do: 'defineAgent', agent: 'a', isStarted: false }, REST],
    {
      before: [...RUNNING, STOP_A, REST, { do: 'edit', edit: { type: 'third', hasThird: false } }],
      plant: { hasThird: true },
    },
  ),
  scenario(
    'deletion of both holders',
    [{ do: 'deleteAgent', agent: 'a', isHasty: true }, { do: 'deleteAgent', agent: 'b' }, REST],
    { before: BOTH, plant: { isShared: true } },
  ),
  scenario('deletion of a service with a port', [{ do: 'deleteAgent', agent: 'a' }, REST], {
    before: RUNNING,
    kinds: { coreio: { hasPort: true } },
  }),
  scenario('restart of an agent with a shared service', [{ do: 'restartAgent', agent: 'a' }, REST], {
    before: BOTH,
    plant: { isShared: true },
  }),
  scenario('clock that is set back while no host is up', [crash('a-corerl'), pass(1_000), REST], {
    before: RUNNING,
    between: [{ do: 'jump', ms: -3_600_000 }],
  }),
  scenario('long time without a host', [crash('a-corerl'), pass(600), crash('a-corerl'), pass(1_000), REST], {
    before: RUNNING,
    downMs: 3_600_000,
  }),
  scenario('long time without a host during a stop', [STOP_A, pass(6_000), REST], {
    before: RUNNING,
    stubborn: ['a-coreio', 'a-corerl'],
    downMs: 60_000,
  }),
  scenario('upgrade during a stop', [STOP_A, pass(6_000), REST], {
    before: RUNNING,
    stubborn: ['a-corerl'],
    between: [{ do: 'oldRows' }],
  }),
  scenario('upgrade after a fallback', [...crashLoop('a-corerl', 4), pass(1_000), REST], {
    before: [
      ...RUNNING,
      pass(61_000),
      { do: 'provide', versions: [1, 2] },
      { do: 'restartService', service: 'a-corerl' },
      REST,
    ],
    between: [{ do: 'oldRows' }],
  }),
  scenario('reboot of the machine during a stop', [STOP_A, pass(6_000), REST], {
    mayLaunchMore: true,
    before: RUNNING,
    stubborn: ['a-corerl'],
    between: [{ do: 'reboot' }],
  }),
  scenario('reboot of the machine during a deletion', [{ do: 'deleteAgent', agent: 'a' }, REST], {
    mayLaunchMore: true,
    before: RUNNING,
    between: [{ do: 'reboot' }],
  }),
  scenario('reboot of the machine during a restart', [{ do: 'restartAgent', agent: 'a' }, REST], {
    before: RUNNING,
    between: [{ do: 'reboot' }],
  }),
  scenario('reboot of the machine', [crash('a-coreio'), pass(1_000)], { before: RUNNING, between: [{ do: 'reboot' }] }),
  scenario('reboot of the machine during a start', [START_A, REST], { between: [{ do: 'reboot' }] }),
  scenario('clock that is set back', [{ do: 'jump', ms: -3_600_000 }, crash('a-corerl'), pass(1_000), REST], {
    before: RUNNING,
  }),
  scenario(
    'clock that is set back during a backoff',
    [crash('a-corerl'), pass(50), { do: 'jump', ms: -3_600_000 }, pass(1_000), REST],
    { before: RUNNING },
  ),
  scenario('clock that is set forward during a launch', [
    { do: 'holdShims' },
    START_A,
    { do: 'jump', ms: 3_600_000 },
    { do: 'releaseShims' },
    REST,
  ]),
  scenario('program that appears late', [START_A, { do: 'provide', versions: [1] }, REST], {
    before: [{ do: 'provide', versions: [] }],
  }),
  scenario('program that is refused', [START_A, pass(1_000), pass(31_000), REST], {
    before: [{ do: 'refuse', service: 'a-coreio', failures: [missing] }],
  }),
  scenario('program that is busy', [START_A, pass(2_000), REST], {
    before: [{ do: 'refuse', service: 'a-coreio', failures: [busy, busy] }],
  }),
  scenario(
    'removal of a service with a port on a full disk',
    [
      { do: 'reload', edit: { type: 'host', hasHost: false } },
      { do: 'fillDisk' },
      pass(6_000),
      { do: 'freeDisk' },
      pass(6_000),
      REST,
    ],
    { before: RUNNING, plant: { hasHost: true }, kinds: { telemetry: { hasPort: true } }, stubborn: ['telemetry'] },
  ),
  scenario('start of a group in which one fails while no host is up', [START_A, REST], {
    plant: { strategies: ['one_for_all', 'one_for_one'] },
    between: [{ do: 'exit', service: 'a-corerl', how: 'code' }],
    mayLaunchMore: true,
  }),
  scenario('events for a receiver', [crash('a-corerl'), pass(1_000), REST], { before: RUNNING, hasReceiver: true }),
  scenario(
    'events for a receiver that is down',
    [{ do: 'breakReceiver' }, crash('a-corerl'), pass(1_500), { do: 'mendReceiver' }, pass(5_000), REST],
    { before: RUNNING, hasReceiver: true },
  ),
  scenario('upgrade', [crash('a-corerl'), pass(100)], { before: RUNNING, between: [{ do: 'oldRows' }] }),
];

/** Those whose commands are also told with a client that gives them again, when it has had no answer. */
const GIVEN_AGAIN: ReadonlySet<string> = new Set([
  ...['start', 'definition and start', 'stop', 'stop that needs the grace period', 'restart of an agent'],
  ...['restart of a service', 'stop of a service', 'start of a service', 'deletion', 'deletion of a shared service'],
  ...['reload of a changed release', 'reload that adds a service', 'shared service of its own', 'everything at once'],
  ...['restart that needs the grace period', 'stop of both holders', 'deletion of both holders', 'signal'],
]);

/** The stories in which hosts die at every call. */
export const SCENARIOS: readonly Scenario[] = [
  ...TOLD,
  ...TOLD.filter(({ name }) => GIVEN_AGAIN.has(name)).map((one) => ({
    ...one,
    name: `${one.name}, given again`,
    isRetried: true,
    isCore: false,
  })),
];

/** Throws with the known names. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`There is no scenario "${name}", only: ${SCENARIOS.map((one) => one.name).join(', ')}.`);
  return found;
}
