import { untilDown } from '../host/change.ts';
import type { HostRun } from '../host/context.ts';
import { taken } from '../host/watch.ts';
import type { WaitWords } from '../host/wait-options.ts';
import { agentSubject } from './agent-subject.ts';

/** Stops an agent. */
export function stopAgent(id: string, words: WaitWords): HostRun {
  return async (context) => {
    const subject = agentSubject(context, id);
    await taken(words, subject.moreBy, subject.look); // the stop itself is content with an id that nobody knows
    return untilDown(context, subject, words, (signal) => context.client.stopAgent({ id, signal }));
  };
}
