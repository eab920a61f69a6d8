import type { AgentPlan, DependencyCondition, RestartMode, ServiceSpec, Strategy } from '../../../lib/model/spec.ts';
import { parseAgentId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { portToken } from '../../../lib/model/values/port-token.ts';
import { PROBE, serviceSpec } from '../actors/specs.ts';
import { pick, type Dice } from '../dice.ts';

/** The configuration of one kind of service. Plain data, from which a walk is printed and repeated. */
export interface Kind {
  readonly mode: RestartMode;
  readonly recoverAfterMs: number | null;
  readonly startup: boolean;
  readonly readiness: boolean;
  readonly liveness: boolean;
  /** Its restarts are not limited. */
  readonly isUnlimited: boolean;
  /** Part of the environment: another value results in another launch. */
  readonly release: number;
  /** It gets a port of its own. */
  readonly hasPort?: true;
}

/** The configuration of a walk: two agents and a host service. */
export interface Plant {
  readonly isShared: boolean;
  readonly strategies: readonly [Strategy, Strategy];
  readonly condition: DependencyCondition;
  /** Whether the first agent has a third service, which depends on its second. */
  readonly hasThird: boolean;
  readonly hasHost: boolean;
  readonly isAutostarted: boolean;
  readonly kinds: Readonly<Record<KindName, Kind>>;
}

export const KINDS = ['coreio', 'corerl', 'third', 'telemetry'] as const;
export type KindName = (typeof KINDS)[number];

/** All services that a walk may use; not all of them exist in each plant. */
export const SERVICES = ['a-coreio', 'a-corerl', 'a-third', 'b-coreio', 'b-corerl', 'io', 'telemetry'] as const;
export const AGENTS = ['a', 'b'] as const;
export const SHARED_IO = 'io';

export function randomKind(dice: Dice): Kind {
  return {
    mode: pick(dice, ['always', 'always', 'always', 'on_failure', 'never'] as const),
    recoverAfterMs: pick(dice, [30_000, 30_000, 5_000, null]),
    startup: dice() < 0.3,
    readiness: dice() < 0.3,
    liveness: dice() < 0.3,
    isUnlimited: dice() < 0.15,
    release: 1,
  };
}

export function randomPlant(dice: Dice): Plant {
  const strategy = (): Strategy => pick(dice, ['one_for_one', 'one_for_all', 'rest_for_one'] as const);
  return {
    isShared: dice() < 0.5,
    strategies: [strategy(), strategy()],
    condition: pick(dice, ['launched', 'started', 'healthy', 'completed'] as const),
    hasThird: dice() < 0.5,
    hasHost: dice() < 0.7,
    isAutostarted: dice() < 0.7,
    kinds: {
      coreio: randomKind(dice),
      corerl: randomKind(dice),
      third: randomKind(dice),
      telemetry: randomKind(dice),
    },
  };
}

/** The plan of one of the agents. */
export function planOf(plant: Plant, which: 0 | 1): AgentPlan {
  const id = AGENTS[which];
  const io = plant.isShared ? SHARED_IO : `${id}-coreio`;
  const owner = plant.isShared ? null : id;
  const coreio = {
    ...specOf(plant, io, 'coreio', { agentId: owner, configPath: `/plant/${id}.yaml` }),
    kind: 'coreio',
  };
  const corerl = specOf(plant, `${id}-corerl`, 'corerl', { agentId: id, dependsOn: [on(io, plant.condition)] });
  const third = specOf(plant, `${id}-third`, 'third', { agentId: id, dependsOn: [on(`${id}-corerl`, 'started')] });
  return {
    id: parseAgentId(id),
    type: 'default',
    configPath: `/plant/${id}.yaml`,
    strategy: plant.strategies[which],
    asked: { agentType: null, coreioId: plant.isShared ? SHARED_IO : null },
    services: which === 0 && plant.hasThird ? [coreio, corerl, third] : [coreio, corerl],
  };
}

/** The shared coreio, as started by the /api/io routes. */
export function ioOf(plant: Plant): ServiceSpec {
  return { ...specOf(plant, SHARED_IO, 'coreio', { configPath: '/plant/io.yaml' }), kind: 'coreio' };
}

/** The host service. */
export function telemetryOf(plant: Plant): ServiceSpec {
  return specOf(plant, 'telemetry', 'telemetry', {});
}

function specOf(plant: Plant, id: string, name: KindName, more: Parameters<typeof serviceSpec>[1]): ServiceSpec {
  const kind = plant.kinds[name];
  return serviceSpec(id, {
    ...more,
    env: { RELEASE: String(kind.release) },
    ...(kind.hasPort === true ? { args: ['--port', portToken('api')] } : {}),
    probes: {
      startup: kind.startup ? PROBE : null,
      readiness: kind.readiness ? PROBE : null,
      liveness: kind.liveness ? PROBE : null,
    },
    restart: {
      mode: kind.mode,
      recoverAfterMs: kind.recoverAfterMs,
      ...(kind.isUnlimited ? { intensity: null } : {}),
    },
  });
}

function on(id: string, condition: DependencyCondition) {
  return { serviceId: parseServiceId(id), condition };
}
