import { z } from 'zod';
import type { Control } from '../control/control.ts';
import { parseAgentId } from '../model/ids.ts';
import { idField, pathField } from './fields.ts';
import { jsonRoute } from './route.ts';
import type { Route } from './route.ts';

// Clients of the original API send null for what they leave out.
const START = z.strictObject({
  config_path: pathField,
  agent_id: idField.nullish(),
  coreio_id: idField.nullish(),
});

/** One way to start agents: its paths, and the type that they are of. */
interface AgentFamily {
  /** Before `/start`, `/:id/stop` and `/:id/status`. */
  readonly path: string;
  readonly alias?: string;
  readonly agentType?: string;
  readonly what: string;
}

const FAMILIES: readonly AgentFamily[] = [
  { path: '/api/agents', what: 'an agent' },
  { path: '/api/agents/demos/tep', alias: '/demo/tep', agentType: 'tep-demo', what: 'a Tennessee Eastman demo agent' },
];

/** The routes of the original API, whose clients know no other. */
function originalRoutes(control: Control, { path, alias, agentType, what }: AgentFamily): readonly Route[] {
  const at = (rest: string) => ({
    path: `${path}${rest}`,
    ...(alias === undefined ? {} : { aliases: [`${alias}${rest}`] }),
  });
  return [
    jsonRoute({
      method: 'POST',
      ...at('/start'),
      summary: `Start ${what} from a config file and answer its id; a no-op if it is already up with that file.`,
      body: START,
      answer: ({ body: { config_path: configPath, agent_id: agentId, coreio_id: coreioId }, origin }) =>
        control.startAgent(
          {
            configPath,
            ...(agentId == null ? {} : { agentId }),
            ...(coreioId == null ? {} : { coreioId }),
            ...(agentType === undefined ? {} : { agentType }),
          },
          origin,
        ),
    }),
    jsonRoute({
      method: 'POST',
      ...at('/:id/stop'),
      summary: `Stop ${what}; answers null when its processes are gone, also for an unknown id.`,
      answer: async ({ id, origin }) => {
        await control.stopAgent(parseAgentId(id), origin);
        return null;
      },
    }),
    jsonRoute({
      method: 'GET',
      ...at('/:id/status'),
      summary: `The state of ${what} and of each of its services; an unknown id is stopped.`,
      answer: ({ id }) => control.agentStatus(parseAgentId(id)),
    }),
  ];
}

/** The routes under /api/agents. */
export function agentRoutes(control: Control): readonly Route[] {
  return [
    ...FAMILIES.flatMap((family) => originalRoutes(control, family)),
    jsonRoute({
      method: 'GET',
      path: '/api/agents',
      summary: 'The ids of all known agents, in the order of first start.',
      answer: () => control.agentIds(),
    }),
    jsonRoute({
      method: 'GET',
      path: '/api/agents/:id',
      summary: 'One agent.',
      answer: ({ id }) => control.agent(parseAgentId(id)),
    }),
  ];
}
