import { processCell, processWords } from '../../frontend/words/process.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import { ProblemError, type Client } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import { paintOf, stateCell, stateWords } from '../output/state.ts';
import { age, ageSince, factSheet, headOf, table, type Cell } from '../output/table.ts';
import { localSentence } from '../../frontend/words/local-time.ts';
import { pinText } from './version.ts';
import { plain } from '../../frontend/words/visible.ts';

/** Services, in the order of their first start. */
export function listServices(filter: ServiceFilter): HostRun {
  return async (context) => {
    const services = await allServices(context.client, filter);
    if (services.length === 0 && !context.isJson) {
      context.err.write('No services match. `coredinator agents list` shows the agents.\n');
      return EXIT.ok;
    }
    printResult(context, services, () => serviceTable(context, services));
    return EXIT.ok;
  };
}

/** One service. */
export function serviceStatus(id: string): HostRun {
  return async (context) => {
    const service = await context.client.getService({ id });
    printResult(context, service, () => {
      const { colors, width, now } = context;
      const intention = service.intended_state === service.state ? '' : `, intended: ${service.intended_state}`;
      const state = paintOf(service, colors)(stateWords(service));
      const head = `${colors.bold(service.id)}  ${state} for ${ageSince(service.since, now())}${intention}\n`;
      return head + factSheet(factsOf(service, now()), width);
    });
    return EXIT.ok;
  };
}

/** What is known of a service, by name; null: nothing. */
export function factsOf(service: ServiceView, now: number): Readonly<Record<string, string | null>> {
  const { version, next, restarts, generation } = service;
  const process = processWords(service);
  return {
    reason: service.reason,
    acknowledged: acknowledgementOf(service, now),
    next: next === null ? null : `${next.what} in ${age(Date.parse(next.at) - now)}`,
    kind: service.kind,
    agents: service.agents.join(', ') || null,
    config: service.config_path,
    executable: service.executable === null ? null : `${service.executable}${version === null ? '' : ` (${version})`}`,
    pinned: service.pin === null ? null : pinText(now, service.pin),
    'in doubt': service.doubt === null ? null : `${service.doubt.reason}, for ${ageSince(service.doubt.since, now)}`,
    process: process === null ? null : `${process}, launch ${generation}${service.adopted ? ', adopted' : ''}`,
    restarts: String(restarts),
    flapping: flappingWords(service.flapping, now),
    'last exit': lastExit(service, now),
    'last words': lastWords(service),
    revision: revisions(service),
  };
}

function acknowledgementOf({ acknowledgement }: ServiceView, now: number): string | null {
  if (acknowledgement === null) return null;
  const { actor, at, note } = acknowledgement;
  return `${actor === null ? '' : `by ${actor}, `}${ageSince(at, now)} ago${note === null ? '' : `: ${plain(note)}`}`;
}

function lastExit({ last_exit: exit }: ServiceView, now: number): string | null {
  if (exit === null) return null;
  const how = exit.signal ?? (exit.code === null ? 'unknown' : `code ${exit.code}`);
  const after = exit.uptime_ms === null ? '' : ` after ${spokenDuration(exit.uptime_ms)}`;
  const because = exit.because === null ? '' : `, because ${exit.because}`;
  return `${how} (${exit.class})${because}${after}, launch ${exit.generation}, ${ageSince(exit.at, now)} ago`;
}

/** The last line that a process wrote before it failed. */
function lastWords(service: ServiceView): string | null {
  const { last_exit: exit } = service;
  const isOld = exit === null || processWords(service) !== null || exit.class === 'clean' || exit.class === 'stopped';
  const text = isOld ? '' : plain(exit.output_tail?.at(-1)?.text ?? '');
  return text === '' ? null : text;
}

function revisions({ revision, running_revision: running }: ServiceView): string {
  return running === null || running === revision ? revision : `${revision}; the process still uses ${running}`;
}

const HEAD = ['SERVICE', 'STATE', 'FOR', 'PID', 'VERSION', 'RESTARTS', 'AGENTS', 'REASON'] as const;

/** A table of services. */
export function serviceTable(
  context: Pick<HostContext, 'colors' | 'width' | 'now'>,
  services: readonly ServiceView[],
): string {
  const { colors, width, now } = context;
  const rows = services.map((service): readonly Cell[] => [
    { text: service.id },
    stateCell(service, colors),
    { text: ageSince(service.since, now()) },
    { text: processCell(service) ?? '-' },
    { text: service.version ?? '-' },
    { text: String(service.restarts) },
    { text: service.agents.join(',') || '-' },
    { text: whyAndNext(service, now()) },
  ]);
  return table(headOf(HEAD, colors), rows, width);
}

/** Its reason, whether it is in doubt, how often it was restarted if it flaps, and its current deadline. */
export function whyAndNext({ reason, next, flapping, doubt }: ServiceView, now: number): string {
  const coming = next === null ? [] : [`${next.what} in ${age(Date.parse(next.at) - now)}`];
  const doubtful = doubt === null ? null : `in doubt: ${doubt.reason}`;
  const why = [doubtful, reason, flappingWords(flapping, now)].filter((words) => words !== null);
  return localSentence([...why, ...coming].join('; '));
}

function flappingWords(flapping: ServiceView['flapping'], now: number): string | null {
  if (flapping === null || Date.parse(flapping.until) <= now) return null;
  return `flapping: ${flapping.restarts} restarts in ${ageSince(flapping.since, now)}`;
}

/** The criteria for services; all given ones must match. */
export interface ServiceFilter {
  readonly agent?: string;
  readonly state?: readonly ServiceView['state'][];
  readonly ready?: 'true' | 'false';
  readonly flapping?: true;
}

/** All services of the host, across pages. */
export async function allServices(
  client: Client,
  { agent, state, ready, flapping }: ServiceFilter = {},
  signal?: AbortSignal,
): Promise<readonly ServiceView[]> {
  const found: ServiceView[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listServices({
      query: {
        ...{ cursor, agent_id: agent, state: state?.join(), ready },
        flapping: flapping === true ? 'true' : undefined,
      },
      ...(signal === undefined ? {} : { signal }),
    });
    found.push(...page.services);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** Null if the response is 404. */
export async function unlessGone<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return null;
    throw error;
  }
}
