import type { HostContext } from '../host/context.ts';
import type { Subject } from '../host/change.ts';
import { agentPicture, standing, type AgentPicture } from './agent-picture.ts';

/** An agent as something whose state changes. */
export function agentSubject({ client }: HostContext, id: string): Subject<AgentPicture> {
  return {
    id,
    look: (signal) => agentPicture(client, id, signal),
    stateOf: ({ agent }) => agent,
    words: standing,
    moreBy: `coredinator agents status ${id}`,
  };
}
