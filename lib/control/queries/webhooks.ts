import type { WebhookView } from '../../api/schemas/webhook.ts';
import { WebhookNotFoundError } from '../../model/errors.ts';
import type { JournalEntry } from '../../model/journal.ts';
import { stateOf } from '../../model/states.ts';
import { isoOf } from '../../model/values/time.ts';
import type { WebhookStatus } from '../../model/webhook.ts';
import { agentRef, serviceRef } from '../actors.ts';
import type { Runtime } from '../runtime.ts';

/** The webhook with this name. Throws WebhookNotFoundError. */
export function webhookStatus({ webhooks }: Pick<Runtime, 'webhooks'>, name: string): WebhookStatus {
  const all = webhooks?.statuses() ?? [];
  const status = all.find((one) => one.name === name);
  const known = all.map((one) => one.name);
  if (status === undefined) throw new WebhookNotFoundError(name, known);
  return status;
}

/** The wire form of a webhook. */
export function webhookView({ name, state, failingSince, reason, mutes }: WebhookStatus): WebhookView {
  return {
    name,
    state,
    failing_since: failingSince === null ? null : isoOf(failingSince),
    reason,
    mutes: mutes.map(({ agentId, since, until, actor, note }) => ({
      ...{ agent_id: agentId, since: isoOf(since), until: isoOf(until), actor, note },
    })),
  };
}

/** Whether the service, or else the agent, of an event is in backoff or failed now. */
export function isFailing({ root }: Runtime, { serviceId, agentId }: JournalEntry): boolean {
  const ref = serviceId === null ? agentRef(root, agentId ?? '') : serviceRef(root, serviceId);
  const snapshot = ref?.getSnapshot();
  if (snapshot === undefined) return false;
  const { state } = stateOf(snapshot.value);
  return state === 'backoff' || state === 'failed';
}
