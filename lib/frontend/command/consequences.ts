import { processCell } from '../words/process.ts';
import type { AgentView } from '../../api/schemas/agent.ts';
import type { ServiceView } from '../../api/schemas/service.ts';

/** The commands with a button. */
export const COMMANDS = ['start', 'stop', 'restart'] as const;
export type Command = (typeof COMMANDS)[number];

/** The agent or service of a command. */
export type Target =
  | { readonly type: 'service'; readonly view: ServiceView }
  | { readonly type: 'agent'; readonly view: AgentView };

function listed(ids: readonly string[]): string {
  if (ids.length < 2) return ids.join('');
  return `${ids.slice(0, -1).join(', ')} and ${ids.at(-1) ?? ''}`;
}

function processOf(service: ServiceView): string {
  const { pid } = service;
  const process = processCell(service);
  if (process === null) return 'It has no process at the moment.';
  return `${pid === null ? `Its ${process}` : `Process ${pid}`} and its descendants will be stopped.`;
}

function ofService(command: Command, view: ServiceView): string {
  const { id, agents, generation } = view;
  switch (command) {
    case 'start':
      return `${id} will start at once. Delays and restart counts from earlier failures are cleared.`;
    case 'stop': {
      const holders = agents.length === 0 ? '' : ` or ${listed(agents)}`;
      return `${processOf(view)} It stays stopped, even when the host restarts, until it${holders} is started.`;
    }
    case 'restart':
      return `${processOf(view)} Then ${id} will be launched again, as generation ${generation + 1}.`;
  }
}

function ofAgent(command: Command, { id, services, config_path: path }: AgentView): string {
  const what = services.length === 0 ? 'its services' : listed(services);
  switch (command) {
    case 'start':
      return `${path === null ? 'Its definition' : path} will be read, and ${what} will start in the order of their dependencies.`;
    case 'stop':
      return `The processes of ${what} will be stopped in reverse order. Services that other agents also hold keep running. ${id} stays stopped, even when the host restarts.`;
    case 'restart':
      return `The processes of ${what} will be stopped and launched again. Services that other agents also hold are left alone.`;
  }
}

/** Describes what will happen, for the confirmation dialog. */
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

/** What an acknowledgement of the failure of a service does. */
export function acknowledgementConsequences(id: string): string {
  return `${id} is supervised as before. That you have seen its failure is shown to everybody until its state changes.`;
}

/** Whether a service is failing, so that it can be acknowledged. */
export function canAcknowledge({ state }: Pick<ServiceView, 'state'>): boolean {
  return state === 'backoff' || state === 'failed';
}

/** What one command would do to several targets. */
export interface CommandPlan {
  /** Those that get the command. */
  readonly acting: readonly Target[];
  /** Services that are left to the command for their agent. */
  readonly covered: readonly { readonly id: string; readonly by: string }[];
  /** Those for which it would change nothing. */
  readonly unchanged: readonly string[];
}

/** Divides the targets of a command: what an agent does with its services is not done twice. */
export function planOf(command: Command, targets: readonly Target[]): CommandPlan {
  const possible = targets.filter((target) => isPossible(command, target));
  const byAgent = new Map<string, string>();
  for (const { type, view } of possible) {
    if (type !== 'agent') continue;
    for (const id of view.services) byAgent.set(id, view.id);
  }
  const coveringAgent = ({ type, view }: Target): string | undefined =>
    type === 'service' ? byAgent.get(view.id) : undefined;
  return {
    acting: possible.filter((target) => coveringAgent(target) === undefined),
    covered: possible.flatMap((target) => {
      const by = coveringAgent(target);
      return by === undefined ? [] : [{ id: target.view.id, by }];
    }),
    unchanged: targets.filter((target) => !possible.includes(target)).map(({ view }) => view.id),
  };
}
