import type { WebhookView } from '../../api/schemas/webhook.ts';
import { AgentNotFoundError, WebhookNotMutedError } from '../../model/errors.ts';
import { isoOf } from '../../model/values/time.ts';
import { agentRef } from '../actors.ts';
import type { CommandOrigin, MuteRequest } from '../control.ts';
import { webhookStatus, webhookView } from '../queries/webhooks.ts';
import type { Runtime } from '../runtime.ts';
import { alreadyAccepted } from './idempotency.ts';

/** Holds back the events of a webhook, or those of one agent. Throws WebhookNotFoundError, AgentNotFoundError. */
export async function muteWebhook(
  runtime: Runtime,
  name: string,
  { agentId, until, note }: MuteRequest,
  origin: CommandOrigin,
): Promise<WebhookView> {
  const { commandLog, webhooks, root, ports } = runtime;
  await commandLog.run([keyOf(name)], async () => {
    webhookStatus(runtime, name);
    if (agentId !== null && agentRef(root, agentId) === undefined) throw new AgentNotFoundError(agentId);
    if (alreadyAccepted(origin) === undefined) {
      const detail = { webhook: name, until: isoOf(until), note };
      await commandLog.accept({ event: { type: 'webhook.mute_requested', agentId, detail } }, origin);
    }
    const actor = origin.source?.actor ?? null;
    await webhooks?.mute({ webhook: name, agentId, until, since: ports.clock.now(), actor, note });
  });
  return webhookView(webhookStatus(runtime, name));
}

/** Ends a mute now. Throws WebhookNotFoundError, WebhookNotMutedError. */
export async function unmuteWebhook(
  runtime: Runtime,
  name: string,
  agentId: string | null,
  origin: CommandOrigin,
): Promise<WebhookView> {
  const { commandLog, webhooks } = runtime;
  await commandLog.run([keyOf(name)], async () => {
    const { mutes } = webhookStatus(runtime, name);
    if (alreadyAccepted(origin) === undefined) {
      if (!mutes.some((mute) => mute.agentId === agentId)) throw new WebhookNotMutedError(name, agentId);
      await commandLog.accept(
        { event: { type: 'webhook.unmute_requested', agentId, detail: { webhook: name } } },
        origin,
      );
    }
    await webhooks?.unmute(name, agentId);
  });
  return webhookView(webhookStatus(runtime, name));
}

/** No id has a colon. */
function keyOf(name: string): string {
  return `webhook:${name}`;
}
