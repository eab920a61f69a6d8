import { resolve } from 'node:path';
import type { DependencySpec, RestartSpec, ServiceSpec } from '../../model/spec.ts';
import type { AgentId, ServiceId } from '../../model/values/ids.ts';
import { portToken, tokenName } from '../../model/values/port-token.ts';
import type { Path, Problem } from '../problems.ts';
import { limitsSpec } from '../schema/limits-schema.ts';
import { podSpec } from '../schema/kubernetes-schema.ts';
import type { Kind } from '../schema/schema.ts';
import { envName, fillTemplate, portName, type ValueOf } from '../schema/template.ts';
import { readEnvFile } from './env-file.ts';
import { probesSpec, type Filler } from './probe-plan.ts';

/** One service to plan: a complete kind and the specifics of the service. */
export interface ServiceDraft {
  readonly id: ServiceId;
  readonly kindName: string;
  readonly kind: Kind;
  readonly agentId: AgentId | null;
  readonly configPath: string | null;
  /** The values of the variables; `service_id` is added. */
  readonly values: Readonly<Record<string, string>>;
  readonly dependsOn: readonly DependencySpec[];
  /** The folder that must contain its env_file; null: any folder. */
  readonly envFileRoot: string | null;
}

/** What a plan needs from the machine. */
export interface PlanSite {
  /** Absolute. */
  readonly basePath: string;
  /** The host's environment, for `${env.NAME}`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type ServicePlan =
  | { readonly type: 'planned'; readonly spec: ServiceSpec }
  | { readonly type: 'refused'; readonly problems: readonly Problem[] };

/** A placeholder for ports while a plan is checked: the largest, so that texts that are too long for it are found. */
const ANY_PORT = 65_535;

/**
 * The spec of a service. Refused if it uses a variable without a value, or an unreadable `env_file`; the paths of the
 * problems are relative to the kind. The service's own ports are only known at launch, so its texts contain tokens for
 * them. A relative working directory is resolved against the base path.
 */
export async function planService(draft: ServiceDraft, site: PlanSite): Promise<ServicePlan> {
  const { id, kind } = draft;
  const values = new Map([...Object.entries(draft.values), ['service_id', id]]);
  const known: ValueOf = (variable) => values.get(variable) ?? hostVariable(variable, site);
  const filler = newFiller(id, known);
  const env =
    kind.env_file === undefined
      ? {}
      : await envOfFile(filler.fill(['env_file'], kind.env_file), draft.envFileRoot, filler, site);
  if (filler.problems.length > 0) return { type: 'refused', problems: filler.problems };

  const checked = planned(
    draft,
    env,
    site,
    newFiller(id, (variable) => portOr(known, () => String(ANY_PORT), variable)),
  );
  if (checked.type === 'refused') return checked;
  const tokens = newFiller(id, (variable) => portOr(known, portToken, variable));
  return { type: 'planned', spec: specOf(draft, env, site, tokens) };
}

function portOr(known: ValueOf, portOf: (name: string) => string, variable: string): string | undefined {
  const name = portName(variable);
  return name === null ? known(variable) : portOf(name);
}

function planned(
  draft: ServiceDraft,
  envOfFile: Readonly<Record<string, string>>,
  site: PlanSite,
  filler: NotingFiller,
): ServicePlan {
  const spec = specOf(draft, envOfFile, site, filler);
  const { problems } = filler;
  return problems.length > 0 ? { type: 'refused', problems } : { type: 'planned', spec };
}

/** The host's own settings are excluded: a token of its API must not get into a plan. */
export function hostVariable(variable: string, { env }: Pick<PlanSite, 'env'>): string | undefined {
  const name = envName(variable);
  return name === null || name.startsWith('COREDINATOR_') ? undefined : env[name];
}

interface NotingFiller extends Filler {
  readonly problems: readonly Problem[];
}

function newFiller(id: ServiceId, valueOf: ValueOf): NotingFiller {
  const problems: Problem[] = [];
  const isNoted = (path: Path): boolean => problems.some((problem) => problem.path.join('\0') === path.join('\0'));
  return {
    problems,
    fill: (path, template, quote = (value) => value) => {
      const filled = fillTemplate(template, (variable) => {
        const value = valueOf(variable);
        return value === undefined || tokenName(value) !== null ? value : quote(value);
      });
      if (filled.type === 'filled') return filled.text;
      problems.push({ path, message: absent(filled.variable, id) });
      return '';
    },
    // A text that could not be filled in gets no second problem.
    note: (path, message) => {
      if (message !== null && !isNoted(path)) problems.push({ path, message });
    },
  };
}

function absent(variable: string, id: ServiceId): string {
  const name = envName(variable);
  return name === null
    ? `uses \${${variable}}, which has no value in service "${id}"`
    : `uses \${${variable}}, but the environment of the host has no variable "${name}"`;
}

async function envOfFile(
  path: string,
  root: string | null,
  { problems, note }: NotingFiller,
  { basePath }: PlanSite,
): Promise<Readonly<Record<string, string>>> {
  if (problems.length > 0) return {};
  const file = await readEnvFile(resolve(basePath, path), root);
  if (file.type === 'parsed') return file.env;
  note(['env_file'], file.message);
  return {};
}

function specOf(
  { id, kindName, kind, agentId, configPath, dependsOn }: ServiceDraft,
  envOfFile: Readonly<Record<string, string>>,
  { basePath }: PlanSite,
  filler: Filler,
): ServiceSpec {
  const { fill } = filler;
  const env = Object.entries(kind.env).map(([name, value]) => [name, fill(['env', name], value)] as const);
  return {
    id,
    kind: kindName,
    agentId,
    configPath,
    executable: kind.executable,
    version: kind.version ?? null,
    args: kind.args.map((arg, index) => fill(['args', index], arg)),
    env: { ...envOfFile, ...Object.fromEntries(env) },
    cwd: kind.cwd === undefined ? null : resolve(basePath, fill(['cwd'], kind.cwd)),
    restart: restartSpec(kind),
    settleMs: kind.settle,
    probes: probesSpec(kind.probes, filler),
    stop: { signal: kind.stop.signal, graceMs: kind.stop.grace },
    dependsOn,
    logs: { maxBytes: kind.logs.max_bytes, keep: kind.logs.keep },
    output: kind.output,
    limits: limitsSpec(kind.limits),
    pod: kind.pod === undefined ? null : podSpec(kind.pod),
    user: kind.user ?? null,
    group: kind.group ?? null,
  };
}

/** The restart policy of a kind. */
export function restartSpec({ restart, backoff, intensity, ...kind }: Kind): RestartSpec {
  return {
    mode: restart,
    backoff: {
      initialMs: backoff.initial,
      factor: backoff.factor,
      maxMs: backoff.max,
      jitter: backoff.jitter,
      resetAfterMs: backoff.reset_after,
    },
    intensity: intensity === 'unlimited' ? null : { maxRestarts: intensity.max_restarts, periodMs: intensity.period },
    recoverAfterMs: kind.recover_after,
    successExitCodes: kind.success_exit_codes,
  };
}
