import type { WEBHOOK_OPERATIONS } from '../../api/operations/webhooks.ts';
import type { Control } from '../../control/control.ts';
import type { HandlersOf } from '../route.ts';

/** The handlers of webhooks. */
export function webhookHandlers(control: Control): HandlersOf<typeof WEBHOOK_OPERATIONS> {
  return {
    listWebhooks: () => ({ webhooks: [...control.queries.webhooks()] }),
    muteWebhook: ({ body: { agent_id: agentId = null, until, note = null }, origin, ctx }) =>
      control.muteWebhook(ctx.params?.['name'] ?? '', { agentId, until, note }, origin),
    unmuteWebhook: ({ query: { agent_id: agentId = null }, origin, ctx }) =>
      control.unmuteWebhook(ctx.params?.['name'] ?? '', agentId, origin),
  };
}
