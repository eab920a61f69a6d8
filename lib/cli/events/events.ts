import { setTimeout as delay } from 'node:timers/promises';
import type { EventView } from '../../api/schemas/event.ts';
import { isPassing, ProblemError, type FollowedEvent } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { tell } from '../../model/explain/event-sentence.ts';
import { PUBLIC_STATES } from '../../model/states.ts';
import type { Millis } from '../../model/values/time.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { instantOf } from '../host/host-options.ts';
import type { Colors } from '../output/colors.ts';
import { paintOf } from '../output/state.ts';
import { visibleOn } from '../output/visible.ts';
import { newestSeq, pastEvents, type EventFilter } from './past-events.ts';

/** Which events are printed. */
export interface EventWords extends EventFilter {
  readonly follow?: true;
  /** Default: 20; all since the instant, if one is given. */
  readonly lines?: number;
  readonly since?: string;
}

const DEFAULT_LINES = 20;
const RETRY_MS: Millis = 1_000;
const NOTHING =
  'There are no such events; `coredinator events` without --agent, --service, --type and --since shows the last ones.\n';

/** The last events, and with `follow` those to come, over restarts of the host: each once. */
export function events(words: EventWords): HostRun {
  return async (context) => {
    const { client, colors, out, isJson } = context;
    const since = words.since === undefined ? null : Date.parse(instantOf(words.since, context.now()));
    const count = words.lines ?? (since === null ? DEFAULT_LINES : Infinity);
    const newest = await newestSeq(client);
    const past = await pastEvents(client, words, { count, since }, newest);
    if (words.follow !== true) {
      if (past.length === 0 && !isJson) context.err.write(NOTHING);
      printResult(context, past, () => past.map((event) => eventLine(event, colors)).join(''));
      return EXIT.ok;
    }
    for (const event of past)
      out.write(isJson ? `${JSON.stringify(event)}\n` : visibleOn(out, eventLine(event, colors)));
    await follow(context, words, newest);
    return EXIT.ok;
  };
}

async function follow(context: HostContext, { agent, service, type }: EventWords, after: number): Promise<void> {
  const { client, interrupted: signal } = context;
  const query = { after, agent_id: agent, service_id: service, type };
  for (;;) {
    try {
      for await (const told of client.followEvents({ query, signal })) print(context, told);
      return;
    } catch (error) {
      // The host answered a moment ago: when it goes right then, it is waited for as later.
      if (!isPassing(error) || (error instanceof ProblemError && error.code !== null)) throw error;
      await delay(RETRY_MS, undefined, { signal });
    }
  }
}

function print({ out, err, colors, isJson }: HostContext, told: FollowedEvent): void {
  if (told.type === 'event') {
    out.write(isJson ? `${JSON.stringify(told.event)}\n` : visibleOn(out, eventLine(told.event, colors)));
    return;
  }
  const { reason } = told.type === 'gap' ? told.gap : told.reset;
  err.write(isJson ? `${JSON.stringify(told)}\n` : `${reason}\n`);
}

/** An event as a line for people: when, and a sentence in the colour of the state that it led to. */
export function eventLine(event: EventView, colors: Colors): string {
  const { type, agent_id: agentId = null, service_id: serviceId = null, from = null, to = null, cause, detail } = event;
  const sentence = tell({ type, agentId, serviceId, from, to, cause, detail });
  const state = PUBLIC_STATES.find((one) => one === to);
  return `${colors.dim(event.at)}  ${state === undefined ? sentence : paintOf({ state }, colors)(sentence)}\n`;
}
