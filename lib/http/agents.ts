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

/** The routes under /api/agents. */
export function agentRoutes(control: Control): readonly Route[] {
  return [
    jsonRoute({
      method: 'POST',
      path: '/api/agents/start',
      summary: 'Start an agent from a config file and answer its id; a no-op if it is already up with that file.',
      body: START,
      answer: ({ body: { config_path: configPath, agent_id: agentId, coreio_id: coreioId }, origin }) =>
        control.startAgent(
          {
            configPath,
            ...(agentId == null ? {} : { agentId }),
            ...(coreioId == null ? {} : { coreioId }),
          },
          origin,
        ),
    }),
    jsonRoute({
      method: 'POST',
      path: '/api/agents/:id/stop',
      summary: 'Stop an agent; answers null when its processes are gone, also for an unknown id.',
      answer: async ({ id, origin }) => {
        await control.stopAgent(parseAgentId(id), origin);
        return null;
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/api/agents/:id/status',
      summary: 'The state of an agent and of each of its services; an unknown id is stopped.',
      answer: ({ id }) => control.agentStatus(parseAgentId(id)),
    }),
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
