import { initialTransition, type AnyMachineSnapshot, type AnyStateMachine, type EventObject } from 'xstate';
import type { ServiceContext } from '../../../lib/actors/service/context.ts';
import { resumeOf } from '../../../lib/actors/service/resume.ts';
import type { ServiceReport } from '../../../lib/model/policy/agent-state.ts';
import {
  HERE,
  type BlockedLaunch,
  type ExecutableChoice,
  type Launch,
  type LaunchOutcome,
  type LaunchStatus,
} from '../../../lib/model/process.ts';
import { parseLaunchId } from '../../../lib/model/values/ids.ts';
import type { Behind, HeldBack } from '../../../lib/webhook/mutes.ts';
import { journalEntry } from '../store/store-contract.ts';
import { pick, type Dice } from '../dice.ts';
import { agentPlan, PROBE, serviceSpec } from './specs.ts';

const plan = agentPlan('pump1');
const spec = serviceSpec('pump1-corerl', { dependsOn: [{ serviceId: plan.services[0]!.id, condition: 'started' }] });
const probed = { ...spec, dependsOn: [], probes: { startup: PROBE, readiness: PROBE, liveness: PROBE } };
const specs = [spec, probed, { ...spec, dependsOn: [], args: ['--other'] }];

/** The input of each machine of this program. */
const INPUTS: Readonly<Record<string, unknown>> = {
  service: { spec: specs[2] },
  agent: { plan },
  supervisor: undefined,
  webhook: {
    spec: { name: 'plant', giveUpAfterMs: 1 },
    revision: '1',
    place: { name: 'plant', position: 0, failingSince: null, goneRevision: null },
    mutes: [],
  },
};

/** The initial snapshot of a machine; nothing is executed. */
export function firstSnapshot(machine: AnyStateMachine): AnyMachineSnapshot {
  const [snapshot] = initialTransition(machine, INPUTS[machine.id]);
  return snapshot as AnyMachineSnapshot; // of a machine
}

type Make = (dice: Dice, snapshot: AnyMachineSnapshot) => object;

const LAUNCH: Launch = {
  launchId: parseLaunchId('0'.repeat(31) + '1'),
  serviceId: spec.id,
  generation: 1,
  pid: 4711,
  startTime: '1',
  ...HERE,
  executablePath: '/plant/program-1.0.0',
  version: '1.0.0',
  launchedAt: 0,
  guarantees: {
    exactExit: true,
    treeComplete: true,
    losslessRotation: true,
    separateStreams: true,
    outputBuffer: null,
  },
};
const LAUNCH_IDS = [LAUNCH.launchId, LAUNCH.launchId, LAUNCH.launchId, parseLaunchId('0'.repeat(31) + '2')];
const HOLDERS = ['agent:pump1', 'agent:pump2', 'host'] as const;
const PROBES = ['startup', 'readiness', 'liveness'] as const;

const exitOf = (dice: Dice) => ({ code: pick(dice, [0, 1, null]), signal: null, at: 0, isKnown: dice() > 0.2 });

function factsOf(dice: Dice): LaunchStatus | null {
  const generation = 1 + Math.floor(dice() * 3);
  return pick<LaunchStatus | null>(dice, [
    null,
    { status: 'alive', generation, launch: { ...LAUNCH, generation } },
    { status: 'exited', generation, launchId: LAUNCH.launchId, exit: exitOf(dice) },
    { status: 'revoked', generation, launchId: LAUNCH.launchId },
  ]);
}

function reportOf(dice: Dice): ServiceReport {
  return {
    serviceId: pick(dice, plan.services).id,
    state: pick(dice, ['stopped', 'starting', 'running', 'running', 'stopping', 'backoff', 'failed'] as const),
    intended: pick(dice, ['running', 'running', 'stopped'] as const),
    isLaunched: dice() > 0.3,
    isReady: dice() > 0.3,
    isComplete: dice() > 0.7,
    failureCount: Math.floor(dice() * 3),
    restartedBy: null,
    holders: pick(dice, [[], ['agent:pump1']]),
    reason: null,
  };
}

const intendedOf = (dice: Dice) => pick(dice, ['running', 'running', 'stopped'] as const);
const command: Make = () => ({ correlationId: 'c' });
const held: Make = (dice) => ({ holder: pick(dice, HOLDERS), spec: pick(dice, specs), correlationId: 'c' });
const probeOf: Make = (dice) => ({ probe: pick(dice, PROBES), launchId: pick(dice, LAUNCH_IDS), reason: 'no answer' });

const pinOf = (dice: Dice) =>
  pick(dice, [null, null, { version: pick(dice, ['1.0.0', '2.0.0']), since: 0, actor: 'anna' }]);

const muteOf = (dice: Dice) => ({
  ...{ webhook: 'plant', agentId: pick(dice, [null, 'pump1']), until: Math.floor(dice() * 5_000) },
  ...{ since: 0, after: 0, actor: null, note: null },
});

/** The fields of events by type; unlisted events have none. */
const PAYLOADS: Readonly<Record<string, Make>> = {
  'service.hold': held,
  'service.release': held,
  'service.start': command,
  'service.stop': command,
  'service.restart': command,
  'service.acknowledge': (dice, { context }) => ({
    since: pick(dice, [(context as ServiceContext).since, -1]), // of the service machine
    acknowledgement: { at: 0, actor: 'anna', note: null },
  }),
  'webhook.mute': (dice) => ({ mute: muteOf(dice) }),
  'webhook.unmute': (dice) => ({ agentId: pick(dice, [null, 'pump1']) }),
  'service.watch': (dice) => ({ watcher: pick(dice, HOLDERS) }),
  'service.configure': (dice) => ({ spec: pick(dice, specs) }),
  'service.pin': (dice) => ({ pin: pinOf(dice), correlationId: 'c' }),
  'service.restart_with_group': () => ({
    by: 'agent:pump1',
    failed: plan.services[0]!.id,
    reason: { code: 'set_aside' },
  }),
  'service.changed': (dice) => ({ report: reportOf(dice) }),
  'process.exited': (dice) => ({ launchId: pick(dice, LAUNCH_IDS), exit: exitOf(dice) }),
  'process.changed': (dice) => ({
    launch: { ...LAUNCH, launchId: pick(dice, LAUNCH_IDS), guarantees: { ...LAUNCH.guarantees, exactExit: false } },
  }),
  'probe.passed': probeOf,
  'probe.failed': probeOf,
  'launches.blocked': () => ({ obstacle: 'The original is alive.' }),
  'supervisor.quarantine': () => ({ reason: { code: 'set_aside' } }),
  'supervisor.ensure': (dice) => ({
    services: pick(dice, [[], [{ spec: specs[2], holders: [], intended: 'stopped' }]]),
    agents: pick(dice, [[], [plan]]),
  }),
  'supervisor.remove': () => ({ actorId: 'service:pump1-corerl' }),
  'xstate.error.actor.*': () => ({ actorId: 'service:pump1-corerl', error: new Error('a bug') }),
  'host.resume': (dice) => ({ intended: intendedOf(dice), plan }),
  'agent.start': () => ({ plan, correlationId: 'c' }),
  'agent.configure': () => ({ plan: { ...plan, services: plan.services.slice(1) }, correlationId: 'c' }),
  'agent.stop': command,
};

const NOTHING_HELD = { type: 'held_back', due: [], count: 0, first: null, last: null } as const;

/** The outputs of the effects of the machines. */
const OUTPUTS: Readonly<Record<string, (dice: Dice) => unknown>> = {
  chooseExecutable: (dice) =>
    pick<ExecutableChoice>(dice, [
      { type: 'found', executable: { path: '/plant/program-1.0.0', version: '1.0.0', fingerprint: 'a' } },
      { type: 'found', executable: { path: '/plant/program-2.0.0', version: '2.0.0', fingerprint: 'b' } },
      { type: 'missing', reason: 'No executable "program" was found.' },
    ]),
  launchProcess: (dice) =>
    pick<LaunchOutcome | BlockedLaunch>(dice, [
      { type: 'launched', launch: LAUNCH },
      { type: 'launched', launch: LAUNCH },
      { type: 'refused', generation: 1, failure: { code: 'ENOENT', isPermanent: true, message: 'no file' } },
      { type: 'refused', generation: 1, failure: { code: 'EAGAIN', isPermanent: false, message: 'no room' } },
      { type: 'blocked', obstacle: 'The store is read-only.' },
    ]),
  stopTree: factsOf,
  nextEvent: (dice) =>
    pick(dice, [
      { type: 'event', entry: journalEntry(1) },
      { type: 'event', entry: journalEntry(2) },
      { type: 'lost', position: 5, reason: 'the journal was replaced' },
      { type: 'nothing', position: 7 },
      { type: 'over' },
    ]),
  readHeldBack: (dice) =>
    pick<HeldBack | Behind>(dice, [
      { type: 'behind' },
      { ...NOTHING_HELD, mute: { ...muteOf(dice), end: 1, sent: [] } },
      { ...NOTHING_HELD, mute: { ...muteOf(dice), end: 1, sent: [] }, due: [journalEntry(1)], count: 1 },
    ]),
  deliver: (dice) =>
    pick(dice, [
      { type: 'accepted' },
      { type: 'gone' },
      { type: 'failed', reason: 'answered 500', retryAfterMs: null },
    ]),
};

/** An event that has an effect in the current state: one of the chart, the end of an effect, or a timer that is due. */
export function randomEvent(snapshot: AnyMachineSnapshot, dice: Dice): EventObject {
  const nodes = snapshot._nodes.filter(({ transitions }) => transitions.size > 0);
  const type = pick(dice, [...new Set(nodes.flatMap(({ transitions }) => [...transitions.keys()] as string[]))]);
  const id = /^xstate\.done\.actor\.(.+)$/.exec(type)?.[1];
  const effect = id === undefined ? undefined : nodes.flatMap(({ invoke }) => invoke).find((one) => one.id === id);
  if (effect !== undefined) return endOf(type, OUTPUTS[effect.src as string]?.(dice)); // each has a name
  if (type.startsWith('resume.')) return resumeFor(snapshot, dice);
  if (type.startsWith('xstate.error.actor.') && PAYLOADS[type] === undefined)
    return { type, error: new Error('it failed') } as EventObject;
  return { type, ...PAYLOADS[type]?.(dice, snapshot) };
}

/** The event that a restarted host sends to a service in this state. */
function resumeFor({ context }: AnyMachineSnapshot, dice: Dice): EventObject {
  const intention = {
    ...{ intended: intendedOf(dice), holders: ['agent:pump1'] as const },
    ...{ spec: pick(dice, [null, ...specs]), pin: pinOf(dice), atLeast: pick(dice, [0, 0, 3]) },
  };
  return resumeOf(context as ServiceContext, intention, factsOf(dice), 0); // of the service machine
}

function endOf(type: string, output: unknown): EventObject {
  return { type, output } as EventObject; // as XState makes it
}
