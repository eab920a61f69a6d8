import type { WebhookView } from '../../api/schemas/webhook.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { parseDuration } from '../../model/values/duration.ts';
import { isoOf } from '../../model/values/time.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { headOf, table, type Cell } from '../output/table.ts';
import { shownTime } from '../../frontend/words/local-time.ts';
import { plain } from '../../frontend/words/visible.ts';
import { OptionError } from '../serve/option-values.ts';

/** For how long, and which events; one of `for` and `until`. */
export interface MuteOptions {
  readonly for?: string;
  readonly until?: string;
  readonly agent?: string;
  readonly note?: string;
}

const HEAD = ['WEBHOOK', 'STATE', 'MUTED', 'NOTE'] as const;

/** The configured webhooks, with one line for each of their mutes. */
export const listWebhooks: HostRun = async (context) => {
  const { webhooks } = await context.client.listWebhooks();
  if (webhooks.length === 0 && !context.isJson) {
    context.err.write('This host has no webhooks. They are configured in coredinator.yaml.\n');
    return EXIT.ok;
  }
  printResult(context, webhooks, () => webhookTable(webhooks, context));
  return EXIT.ok;
};

function webhookTable(webhooks: readonly WebhookView[], { colors, width }: HostContext): string {
  const rows = webhooks.flatMap(({ name, state, reason, mutes }): readonly (readonly Cell[])[] => {
    const shown = state === 'delivering' ? { text: state } : { text: state, paint: colors.red };
    if (mutes.length === 0) return [[{ text: name }, shown, { text: '-' }, { text: reason ?? '' }]];
    return mutes.map(({ agent_id: agent, until, actor, note }) => {
      const what = agent === null ? 'all' : agent;
      const muted = `${what} until ${shownTime(until)}${actor === null ? '' : ` by ${actor}`}`;
      return [{ text: name }, shown, { text: muted }, { text: plain(note ?? '') }];
    });
  });
  return table(headOf(HEAD, colors), rows, width);
}

/** Mutes a webhook. */
export function muteWebhook(name: string, options: MuteOptions): HostRun {
  return async (context) => {
    const { agent: agent_id = null, note = null } = options;
    const until = untilOf(options, context.now());
    const webhook = await context.client.muteWebhook({ name, body: { until, agent_id, note } });
    printResult(context, webhook, () => `${name} is muted${ofAgent(agent_id)} until ${shownTime(until)}\n`);
    return EXIT.ok;
  };
}

/** Ends a mute. */
export function unmuteWebhook(name: string, { agent }: Pick<MuteOptions, 'agent'>): HostRun {
  return async (context) => {
    const webhook = await context.client.unmuteWebhook({ name, query: { agent_id: agent } });
    printResult(context, webhook, () => `${name} is no longer muted${ofAgent(agent ?? null)}\n`);
    return EXIT.ok;
  };
}

function ofAgent(agent: string | null): string {
  return agent === null ? '' : ` for the events of ${agent}`;
}

function untilOf({ for: duration, until }: MuteOptions, now: number): string {
  if ((duration === undefined) === (until === undefined)) {
    throw new OptionError('Say for how long with --for, such as --for 2h, or until when with --until.');
  }
  if (until !== undefined) {
    const at = Date.parse(until);
    if (Number.isNaN(at)) throw new OptionError(`--until: "${until}" is not an instant such as 2026-01-02T05:00:00Z.`);
    return isoOf(at);
  }
  const parsed = parseDuration(duration ?? '');
  if (parsed.type === 'invalid') throw new OptionError(`--for: "${duration ?? ''}" ${parsed.message}.`);
  return isoOf(now + parsed.ms);
}
