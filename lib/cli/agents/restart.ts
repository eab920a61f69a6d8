import { untilUp } from '../host/change.ts';
import type { HostRun } from '../host/context.ts';
import { taken } from '../host/watch.ts';
import type { WaitWords } from '../host/wait-options.ts';
import { agentSubject } from './agent-subject.ts';

/** Ends the processes of the services that an agent alone holds, and launches them anew. */
export function restartAgent(id: string, words: WaitWords): HostRun {
  return async (context) => {
    const subject = agentSubject(context, id);
    const { services } = await taken(words, subject.moreBy, subject.look);
    const own = services.filter(({ agents }) => agents.every((holder) => holder === id));
    const before = new Map(own.map(({ id: service, generation }) => [service, generation]));
    await taken(words, subject.moreBy, (signal) => context.client.restartAgent({ id, signal }));
    // A service that others hold too goes on as it is.
    return untilUp(context, subject, words, (picture) =>
      picture.services.every((service) => service.generation > (before.get(service.id) ?? -1)),
    );
  };
}
