import type { AgentView } from '../../api/schemas/agent.ts';
import type { ServiceView } from '../../api/schemas/service.ts';

/** What can be asked of an agent or a service by a button. */
export const COMMANDS = ['start', 'stop', 'restart'] as const;
export type Command = (typeof COMMANDS)[number];

/** What a command is about. */
export type Target =
  { readonly type: 'service'; readonly view: ServiceView } | { readonly type: 'agent'; readonly view: AgentView };

function listed(ids: readonly string[]): string {
  if (ids.length < 2) return ids.join('');
  return `${ids.slice(0, -1).join(', ')} and ${ids.at(-1) ?? ''}`;
}

function processOf({ pid }: ServiceView): string {
  return pid === null ? 'It has no process now.' : `Process ${pid} and everything it has started are ended.`;
}

function ofService(command: Command, view: ServiceView): string {
  const { id, agents, generation } = view;
  switch (command) {
    case 'start':
      return `${id} is started at once. What its earlier failures left behind (waits, the count of restarts) is cleared.`;
    case 'stop': {
      const holders = agents.length === 0 ? '' : ` or ${listed(agents)}`;
      return `${processOf(view)} It stays stopped, over restarts of the host too, until it${holders} is started again.`;
    }
    case 'restart':
      return `${processOf(view)} Then ${id} is launched anew, as generation ${generation + 1}.`;
  }
}

function ofAgent(command: Command, { id, services, config_path: path }: AgentView): string {
  const what = services.length === 0 ? 'its services' : listed(services);
  switch (command) {
    case 'start':
      return `${path === null ? 'Its definition' : path} is read, and ${what} start in the order of their dependencies.`;
    case 'stop':
      return `The processes of ${what} are ended in reverse order; a service that another agent holds too runs on. ${id} stays stopped, over restarts of the host too.`;
    case 'restart':
      return `The processes of ${what} are ended and launched anew; a service that another agent holds too is left alone.`;
  }
}

/** What will happen, for who is asked whether it shall. */
export function consequences(command: Command, target: Target): string {
  return target.type === 'service' ? ofService(command, target.view) : ofAgent(command, target.view);
}

/** Whether a command would change anything. */
export function isPossible(command: Command, { view: { state, intended_state: intended } }: Target): boolean {
  switch (command) {
    case 'start':
      return intended === 'stopped' || state === 'backoff' || state === 'failed';
    case 'stop':
      return intended === 'running';
    case 'restart':
      return intended === 'running';
  }
}
