import type { ServiceView } from '../../api/schemas/service.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { printResult, type HostRun } from '../host/context.ts';
import { age, ageSince } from '../output/age.ts';
import { factSheet } from '../output/paragraph.ts';
import { paintOf, stateWords } from '../output/state.ts';

/** One service. */
export function serviceStatus(id: string): HostRun {
  return async (context) => {
    const service = await context.client.getService({ id });
    printResult(context, service, () => {
      const { colors, width, now } = context;
      const wish = service.intended_state === service.state ? '' : `, meant to be ${service.intended_state}`;
      const state = paintOf(service, colors)(stateWords(service));
      const head = `${colors.bold(service.id)}  ${state} for ${ageSince(service.since, now())}${wish}\n`;
      return head + factSheet(factsOf(service, now()), width);
    });
    return EXIT.ok;
  };
}

function factsOf(service: ServiceView, now: number): Readonly<Record<string, string | null>> {
  const { pid, version, next, restarts, generation } = service;
  return {
    reason: service.reason,
    next: next === null ? null : `${next.what} in ${age(Date.parse(next.at) - now)}`,
    kind: service.kind,
    agents: service.agents.join(', ') || null,
    config: service.config_path,
    executable: service.executable === null ? null : `${service.executable}${version === null ? '' : ` (${version})`}`,
    process: pid === null ? null : `pid ${pid}, launch ${generation}${service.adopted ? ', adopted' : ''}`,
    restarts: String(restarts),
    'last exit': lastExit(service, now),
    revision: revisions(service),
  };
}

function lastExit({ last_exit: exit }: ServiceView, now: number): string | null {
  if (exit === null) return null;
  const how = exit.signal ?? (exit.code === null ? 'unknown' : `code ${exit.code}`);
  return `${how} (${exit.class}), launch ${exit.generation}, ${ageSince(exit.at, now)} ago`;
}

function revisions({ revision, running_revision: running }: ServiceView): string {
  return running === null || running === revision ? revision : `${revision}; the process still runs ${running}`;
}
