import type { HostRun } from '../host/context.ts';
import { untilForgotten } from '../host/removal.ts';

/** Stops an agent and forgets it, with the services that it alone holds. */
export function deleteAgent(id: string): HostRun {
  return (context) => untilForgotten(context, id, context.client.deleteAgent({ id }));
}
