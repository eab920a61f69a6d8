import { setTimeout as delay } from 'node:timers/promises';
import type { EventView } from '../../api/schemas/event.ts';
import { isPassing, ProblemError, type FollowedEvent } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { describeEvent } from '../../model/explain/event-sentence.ts';
import { PUBLIC_STATES } from '../../model/states.ts';
import { deprecationOf } from '../../model/values/event-type.ts';
import type { Millis } from '../../model/values/time.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { instantOf } from '../host/host-options.ts';
import { paragraph } from '../output/table.ts';
import { paintOf } from '../output/state.ts';
import { localSentence, shownTime } from '../../frontend/words/local-time.ts';
import { visibleOn } from '../output/visible.ts';
import { newestSeq, eventHistory, type EventFilter } from './event-history.ts';

/** Which events to print. */
export interface EventOptions extends EventFilter {
  readonly follow?: true;
  /** Default: 20, or all events since the instant if one is given. */
  readonly lines?: number;
  readonly since?: string;
  /** Times in UTC instead of the time zone of this machine. */
  readonly utc?: true;
}

const DEFAULT_LINES = 20;
const RETRY_MS: Millis = 1_000;
const NOTHING =
  'No events match. Run `coredinator events` without --agent, --service, --type and --since to see the latest ones.\n';

/** The last events, and with `follow` also new ones across restarts of the host, each exactly once. */
export function events(options: EventOptions): HostRun {
  return async (context) => {
    const { client, out, err, isJson } = context;
    const warning = options.type === undefined ? null : deprecationOf(options.type);
    if (warning !== null) err.write(`warning: ${warning}\n`);
    const since = options.since === undefined ? null : Date.parse(instantOf('--since', options.since, context.now()));
    const count = options.lines ?? (since === null ? DEFAULT_LINES : Infinity);
    const newest = await newestSeq(client);
    const history = await eventHistory(client, options, { count, since }, newest);
    if (options.follow !== true) {
      if (history.length === 0 && !isJson) err.write(NOTHING);
      printResult(context, history, () => history.map((event) => eventLine(event, context, options.utc)).join(''));
      return EXIT.ok;
    }
    for (const event of history)
      out.write(isJson ? `${JSON.stringify(event)}\n` : visibleOn(out, eventLine(event, context, options.utc)));
    await follow(context, options, newest);
    return EXIT.ok;
  };
}

async function follow(context: HostContext, { agent, service, type, utc }: EventOptions, after: number): Promise<void> {
  const { client, interrupted: signal } = context;
  const query = { after, agent_id: agent, service_id: service, type };
  for (;;) {
    try {
      for await (const item of client.followEvents({ query, signal })) print(context, item, utc);
      return;
    } catch (error) {
      // The host responded a moment ago: if it stops right now, wait for it as for any later restart.
      if (!isPassing(error) || (error instanceof ProblemError && error.code !== null)) throw error;
      await delay(RETRY_MS, undefined, { signal });
    }
  }
}

function print(context: HostContext, item: FollowedEvent, isUtc: boolean | undefined): void {
  const { out, err, isJson } = context;
  if (item.type === 'event') {
    out.write(isJson ? `${JSON.stringify(item.event)}\n` : visibleOn(out, eventLine(item.event, context, isUtc)));
    return;
  }
  const { reason } = item.type === 'gap' ? item.gap : item.reset;
  err.write(isJson ? `${JSON.stringify(item)}\n` : `${reason}\n`);
}

/** How events are printed. */
type Look = Pick<HostContext, 'colors' | 'width'>;

/** An event for people: the local time or that in UTC, and a sentence in the colour of the new state. */
export function eventLine(event: EventView, { colors, width }: Look, isUtc = false): string {
  const { to = null } = event;
  const time = shownTime(event.at, isUtc);
  const indent = ' '.repeat(time.length + 2);
  const sentence = isUtc ? sentenceOf(event) : localSentence(sentenceOf(event));
  const lines = paragraph(sentence, width === undefined ? undefined : width - indent.length).split('\n');
  const state = PUBLIC_STATES.find((one) => one === to);
  const paint = state === undefined ? (text: string): string => text : paintOf({ state }, colors);
  return `${colors.dim(time)}  ${lines.map(paint).join(`\n${indent}`)}\n`;
}

/** An event as a sentence; `omitted`: who gave the command is shown next to it. */
export function sentenceOf(event: EventView, attribution?: 'omitted'): string {
  const { type, agent_id: agentId = null, service_id: serviceId = null, from = null, to = null, cause, detail } = event;
  const { repeated } = event;
  const { actor, address = null, tool = null } = event;
  const source = actor === undefined ? {} : { source: { actor, address, tool } };
  return describeEvent({
    type,
    agentId,
    serviceId,
    from,
    to,
    cause,
    detail,
    ...source,
    ...(attribution === undefined ? {} : { attribution }),
    ...(repeated === undefined ? {} : { repeated }),
  });
}
