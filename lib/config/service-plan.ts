import { resolve } from 'node:path';
import type { AgentId, ServiceId } from '../model/ids.ts';
import type { DependencySpec, RestartSpec, ServiceSpec } from '../model/spec.ts';
import type { Path, Problem } from './problems.ts';
import type { Kind } from './schema.ts';
import { fillTemplate, type Values } from './template.ts';

/** One service to be planned: a complete kind and what is particular to the service. */
export interface ServiceDraft {
  readonly id: ServiceId;
  readonly kindName: string;
  readonly kind: Kind;
  readonly agentId: AgentId | null;
  readonly configPath: string | null;
  /** What the variables stand for; `service_id` is added. */
  readonly values: Values;
  readonly dependsOn: readonly DependencySpec[];
}

export type ServicePlan =
  | { readonly type: 'planned'; readonly spec: ServiceSpec }
  | { readonly type: 'refused'; readonly problems: readonly Problem[] };

/**
 * The spec of a service. Refused when it uses a variable that has no value for it; the paths of the problems begin at the
 * kind. A relative working directory is taken from the base path.
 */
export function planService(draft: ServiceDraft, basePath: string): ServicePlan {
  const { id, kindName, kind, agentId, configPath, dependsOn } = draft;
  const problems: Problem[] = [];
  const fill = (path: Path, template: string): string => {
    const filled = fillTemplate(template, { ...draft.values, service_id: id });
    if (filled.type === 'filled') return filled.text;
    problems.push({ path, message: `uses \${${filled.variable}}, which has no value in the service "${id}"` });
    return '';
  };
  const spec: ServiceSpec = {
    id,
    kind: kindName,
    agentId,
    configPath,
    executable: kind.executable,
    version: kind.version ?? null,
    args: kind.args.map((arg, index) => fill(['args', index], arg)),
    env: Object.fromEntries(Object.entries(kind.env).map(([name, value]) => [name, fill(['env', name], value)])),
    cwd: kind.cwd === undefined ? null : resolve(basePath, fill(['cwd'], kind.cwd)),
    restart: restartSpec(kind),
    settleMs: kind.settle,
    stop: { signal: kind.stop.signal, graceMs: kind.stop.grace },
    dependsOn,
    logs: { maxBytes: kind.logs.max_bytes, keep: kind.logs.keep },
  };
  return problems.length > 0 ? { type: 'refused', problems } : { type: 'planned', spec };
}

function restartSpec({ restart, backoff, intensity, ...kind }: Kind): RestartSpec {
  return {
    mode: restart,
    backoff: {
      initialMs: backoff.initial,
      factor: backoff.factor,
      maxMs: backoff.max,
      jitter: backoff.jitter,
      resetAfterMs: backoff.reset_after,
    },
    intensity: { maxRestarts: intensity.max_restarts, periodMs: intensity.period },
    recoverAfterMs: kind.recover_after,
    successExitCodes: kind.success_exit_codes,
  };
}
