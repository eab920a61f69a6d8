import type { SpecSource } from '../ports/spec-source.ts';
import { forgetLeftovers } from './forgetting.ts';
import { bringUpHostServices, HOST_START } from './host-services.ts';
import type { HostParts } from './host.ts';

/** What a host whose actors are back does before it answers: its own services come up, and what an earlier host began to delete goes. */
export async function comeUp({ acting, services, removal }: HostParts, specs: SpecSource): Promise<void> {
  await bringUpHostServices(specs, acting.wishes, services);
  removal.completeAll(HOST_START);
  forgetLeftovers(acting);
}
