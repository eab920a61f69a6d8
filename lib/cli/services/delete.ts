import type { HostRun } from '../host/context.ts';
import { untilForgotten } from '../host/removal.ts';

/** Forgets a service that nobody speaks of any more, or lets go of a shared coreio. */
export function deleteService(id: string): HostRun {
  return (context) => untilForgotten(context, id, context.client.deleteService({ id }));
}
