import type { AGENT_OPERATIONS, TEP_OPERATIONS } from '../api/operations/agents.ts';
import type { Control } from '../control/control.ts';
import { parseAgentId } from '../model/ids.ts';
import type { HandlersOf, JsonHandler } from './route.ts';

/** Starts agents of a type; null: the type that their file names. */
function starter(control: Control, agentType: string | null): JsonHandler<'startAgent' | 'startTepAgent'> {
  return ({ body: { config_path: configPath, agent_id: agentId, coreio_id: coreioId }, origin }) =>
    control.startAgent(
      {
        configPath,
        ...(agentId == null ? {} : { agentId }),
        ...(coreioId == null ? {} : { coreioId }),
        ...(agentType === null ? {} : { agentType }),
      },
      origin,
    );
}

function stopper(control: Control): JsonHandler<'stopAgent' | 'stopTepAgent'> {
  return async ({ id, origin }) => {
    await control.stopAgent(parseAgentId(id), origin);
    return null;
  };
}

/** The handlers of agents. */
export function agentHandlers(control: Control): HandlersOf<typeof AGENT_OPERATIONS> {
  return {
    startAgent: starter(control, null),
    stopAgent: stopper(control),
    getAgentStatus: ({ id }) => control.agentStatus(parseAgentId(id)),
    listAgentIds: () => control.agentIds(),
    getAgent: ({ id }) => control.agent(parseAgentId(id)),
  };
}

/** The handlers of Tennessee Eastman demo agents. */
export function tepHandlers(control: Control): HandlersOf<typeof TEP_OPERATIONS> {
  return {
    startTepAgent: starter(control, 'tep-demo'),
    stopTepAgent: stopper(control),
    getTepAgentStatus: ({ id }) => control.agentStatus(parseAgentId(id)),
  };
}
