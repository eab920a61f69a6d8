import type { ProbeKind } from '../../../lib/model/probe.ts';
import { pick, type Dice } from '../dice.ts';
import { AGENTS, KINDS, randomKind, SERVICES, type Kind, type KindName, type Plant } from './walk-plant.ts';

type ServiceName = (typeof SERVICES)[number];

/** A change of the configuration files. */
export type Edit =
  | { readonly type: 'kind'; readonly name: KindName; readonly kind: Partial<Kind> }
  | { readonly type: 'strategy'; readonly strategies: Plant['strategies'] }
  | { readonly type: 'third'; readonly hasThird: boolean }
  | { readonly type: 'host'; readonly hasHost: boolean };

/**
 * One event of a host. A step that does not apply (no live process, no such service) does nothing, so that any list of
 * steps is a walk.
 */
export type Step =
  | {
      readonly do: 'startAgent' | 'startKnownAgent' | 'restartAgent' | 'stopAgent' | 'deleteAgent';
      readonly agent: (typeof AGENTS)[number];
    }
  | { readonly do: 'defineAgent'; readonly agent: (typeof AGENTS)[number]; readonly isStarted: boolean }
  | {
      readonly do: 'startService' | 'stopService' | 'restartService' | 'signalService' | 'deleteService';
      readonly service: ServiceName;
    }
  | { readonly do: 'pinVersion'; readonly service: ServiceName; readonly version: string | null }
  | { readonly do: 'acknowledgeService'; readonly service: ServiceName; readonly note: string }
  | { readonly do: 'startIo' | 'stopIo' }
  | { readonly do: 'reload'; readonly edit: Edit }
  | { readonly do: 'exit'; readonly nth: number; readonly how: 'success' | 'code' | 'signal' | 'unseen' }
  /** Whatever runs exits, again and again, for longer than a budget lasts. */
  | { readonly do: 'crashLoop' }
  | { readonly do: 'probe'; readonly nth: number; readonly kind: ProbeKind; readonly isPassed: boolean }
  | { readonly do: 'holdLaunches' | 'releaseLaunches' | 'holdStops' | 'releaseStops' }
  | { readonly do: 'refuse'; readonly service: ServiceName; readonly how: 'permanent' | 'transient' | 'hostFault' }
  | { readonly do: 'breakStop'; readonly service: ServiceName }
  /** From now on the host can launch nothing, for this reason or another; or it can again. */
  | { readonly do: 'obstruct'; readonly by: string }
  | { readonly do: 'clear' }
  | { readonly do: 'vanish' }
  | { readonly do: 'appear'; readonly version: number }
  | { readonly do: 'pass'; readonly ms: number }
  /** The wall clock is set; timers are not affected. */
  | { readonly do: 'jump'; readonly ms: number }
  /** The host is killed; launches in progress succeed or never happen; time passes, and another host starts. */
  | { readonly do: 'kill'; readonly downMs: number; readonly isLaunched: boolean; readonly exits: boolean }
  | { readonly do: 'leave'; readonly mode: 'detach' | 'drain' }
  /** Once, or so often that it is quarantined. */
  | {
      readonly do: 'throw';
      readonly actor: `service:${ServiceName}` | `agent:${(typeof AGENTS)[number]}`;
      readonly times: number;
    };

/** A step, and whether the next one comes before all of its consequences have happened. */
export type PlannedStep = Step & { readonly isHasty?: true };

const PROBES = ['startup', 'readiness', 'liveness'] as const;

/** The weight of each step, and how it is created. */
const MAKERS: readonly (readonly [weight: number, make: (dice: Dice) => Step])[] = [
  [10, (dice) => ({ do: 'startAgent', agent: pick(dice, AGENTS) })],
  [2, (dice) => ({ do: 'startKnownAgent', agent: pick(dice, AGENTS) })],
  [3, (dice) => ({ do: 'defineAgent', agent: pick(dice, AGENTS), isStarted: dice() < 0.5 })],
  [4, (dice) => ({ do: 'restartAgent', agent: pick(dice, AGENTS) })],
  [6, (dice) => ({ do: 'stopAgent', agent: pick(dice, AGENTS) })],
  [3, (dice) => ({ do: 'deleteAgent', agent: pick(dice, AGENTS) })],
  [4, (dice) => ({ do: 'startService', service: pick(dice, SERVICES) })],
  [5, (dice) => ({ do: 'stopService', service: pick(dice, SERVICES) })],
  [4, (dice) => ({ do: 'restartService', service: pick(dice, SERVICES) })],
  [1, (dice) => ({ do: 'signalService', service: pick(dice, SERVICES) })],
  [3, (dice) => ({ do: 'deleteService', service: pick(dice, SERVICES) })],
  [
    3,
    (dice) => ({
      do: 'pinVersion',
      service: pick(dice, SERVICES),
      version: pick(dice, ['1.0.0', '2.0.0', null, null]),
    }),
  ],
  [3, () => ({ do: 'startIo' })],
  [2, () => ({ do: 'stopIo' })],
  [5, (dice) => ({ do: 'reload', edit: randomEdit(dice) })],
  [14, (dice) => ({ do: 'exit', nth: nth(dice), how: pick(dice, ['success', 'code', 'code', 'signal', 'unseen']) })],
  [3, () => ({ do: 'crashLoop' })],
  [10, (dice) => ({ do: 'probe', nth: nth(dice), kind: pick(dice, PROBES), isPassed: dice() < 0.6 })],
  [3, () => ({ do: 'holdLaunches' })],
  [4, () => ({ do: 'releaseLaunches' })],
  [3, () => ({ do: 'holdStops' })],
  [4, () => ({ do: 'releaseStops' })],
  [
    3,
    (dice) => ({
      do: 'refuse',
      service: pick(dice, SERVICES),
      how: pick(dice, ['permanent', 'transient', 'hostFault']),
    }),
  ],
  [2, (dice) => ({ do: 'breakStop', service: pick(dice, SERVICES) })],
  [2, (dice) => ({ do: 'obstruct', by: pick(dice, ['The store is read-only.', 'The original is alive.']) })],
  [3, () => ({ do: 'clear' })],
  [2, () => ({ do: 'vanish' })],
  [3, (dice) => ({ do: 'appear', version: 1 + Math.floor(dice() * 3) })],
  [20, (dice) => ({ do: 'pass', ms: pick(dice, [1, 100, 200, 200, 250, 1_000, 3_500, 5_000, 30_000]) })],
  [3, (dice) => ({ do: 'jump', ms: pick(dice, [-86_400_000, -3_600_000, -1_000, 1_000, 3_600_000, 86_400_000]) })],
  [4, (dice) => ({ do: 'kill', downMs: pick(dice, [0, 100, 10_000]), isLaunched: dice() < 0.5, exits: dice() < 0.3 })],
  [2, (dice) => ({ do: 'leave', mode: pick(dice, ['detach', 'drain']) })],
  [
    3,
    (dice) => {
      const names = [...SERVICES.map((id) => `service:${id}` as const), ...AGENTS.map((id) => `agent:${id}` as const)];
      return { do: 'throw', actor: pick(dice, names), times: dice() < 0.2 ? 6 : 1 };
    },
  ],
];
const TOTAL = MAKERS.reduce((sum, [weight]) => sum + weight, 0);

function nth(dice: Dice): number {
  return Math.floor(dice() * 6);
}

function randomEdit(dice: Dice): Edit {
  const type = pick(dice, ['kind', 'kind', 'kind', 'strategy', 'third', 'host'] as const);
  switch (type) {
    case 'kind': {
      const name = pick(dice, KINDS);
      const isLaunched = dice() < 0.5;
      if (isLaunched) return { type, name, kind: { release: 1 + Math.floor(dice() * 3) } };
      const { mode, recoverAfterMs, startup, readiness, liveness } = randomKind(dice);
      return { type, name, kind: { mode, recoverAfterMs, startup, readiness, liveness } };
    }
    case 'strategy': {
      const one = (): Plant['strategies'][0] => pick(dice, ['one_for_one', 'one_for_all', 'rest_for_one'] as const);
      return { type, strategies: [one(), one()] };
    }
    case 'third':
      return { type, hasThird: dice() < 0.5 };
    case 'host':
      return { type, hasHost: dice() < 0.5 };
  }
}

/** Any step. */
export function randomStep(dice: Dice): PlannedStep {
  let left = dice() * TOTAL;
  const maker = MAKERS.find(([weight]) => (left -= weight) < 0) ?? MAKERS[0]!;
  const step = maker[1](dice);
  return dice() < 0.2 ? { ...step, isHasty: true } : step;
}

/** The plant after a change. */
export function edited(plant: Plant, edit: Edit): Plant {
  switch (edit.type) {
    case 'kind':
      return { ...plant, kinds: { ...plant.kinds, [edit.name]: { ...plant.kinds[edit.name], ...edit.kind } } };
    case 'strategy':
      return { ...plant, strategies: edit.strategies };
    case 'third':
      return { ...plant, hasThird: edit.hasThird };
    case 'host':
      return { ...plant, hasHost: edit.hasHost };
  }
}
