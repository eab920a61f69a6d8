import { untilUp } from '../host/change.ts';
import type { HostRun } from '../host/context.ts';
import type { WaitWords } from '../host/watch.ts';
import { agentPicture } from './agent-picture.ts';
import { agentSubject } from './agent-subject.ts';

/** Ends the processes of the services that an agent alone holds, and launches them anew. */
export function restartAgent(id: string, words: WaitWords): HostRun {
  return async (context) => {
    const { client } = context;
    const { services } = await agentPicture(client, id);
    const own = services.filter(({ agents }) => agents.every((holder) => holder === id));
    const before = new Map(own.map(({ id: service, generation }) => [service, generation]));
    await client.restartAgent({ id });
    // A service that others hold too goes on as it is.
    return untilUp(context, agentSubject(context, id), words, (picture) =>
      picture.services.every((service) => service.generation > (before.get(service.id) ?? -1)),
    );
  };
}
