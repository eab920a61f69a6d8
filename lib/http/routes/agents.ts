import type { AGENT_OPERATIONS, TEP_OPERATIONS } from '../../api/operations/agents.ts';
import type { Control } from '../../control/control.ts';
import { parseAgentId } from '../../model/values/ids.ts';
import { Pages } from '../page.ts';
import { preconditionOf, sendRevision } from '../preconditions.ts';
import type { HandlersOf, JsonHandler } from '../route.ts';
import { waitOf } from '../waiting.ts';

/** Starts agents of a type; null: the type in their file. */
function starter(control: Control, agentType: string | null): JsonHandler<'startAgent' | 'startTepAgent'> {
  return ({ body: { config_path: configPath, agent_id: agentId, coreio_id: coreioId }, query, origin, ctx }) =>
    control.startAgent(
      {
        configPath,
        ...(agentId == null ? {} : { agentId }),
        ...(coreioId == null ? {} : { coreioId }),
        ...(agentType === null ? {} : { agentType }),
      },
      origin,
      waitOf(ctx, query),
    );
}

function stopper(control: Control): JsonHandler<'stopAgent' | 'stopTepAgent'> {
  return async ({ id, query, origin, ctx }) => {
    await control.stopAgent(parseAgentId(id), origin, waitOf(ctx, query));
    return null;
  };
}

function definer(control: Control): JsonHandler<'defineAgent'> {
  return async ({ id, body, origin, ctx }) => {
    const { config_path: configPath, coreio_id: coreioId, agent_type: agentType, autostart: isStarted } = body;
    const definition = {
      ...{ agentId: parseAgentId(id), configPath, isStarted },
      ...(coreioId == null ? {} : { coreioId }),
      ...(agentType == null ? {} : { agentType }),
    };
    const { isNew, agent } = await control.defineAgent(definition, preconditionOf(ctx), origin);
    sendRevision(ctx, control.queries.agentRevision(id));
    if (isNew) {
      ctx.status = 201;
      ctx.set('Location', `/api/agents/${id}`);
    }
    return agent;
  };
}

/** The handlers of agents. */
export function agentHandlers(control: Control): HandlersOf<typeof AGENT_OPERATIONS> {
  const pages = new Pages('agent');
  return {
    startAgent: starter(control, null),
    stopAgent: stopper(control),
    getAgentStatus: ({ id }) => control.queries.agentStatus(parseAgentId(id)),
    listAgentIds: () => control.queries.agentIds(),
    getAgent: ({ id, ctx }) => {
      const agent = control.queries.agent(parseAgentId(id));
      sendRevision(ctx, control.queries.agentRevision(id));
      return agent;
    },
    listAgents: ({ query }) => {
      const { items, next } = pages.of(control.queries.agents(), query);
      return { agents: items, next };
    },
    defineAgent: definer(control),
    checkAgent: ({
      body: { config_path: configPath, agent_id: agentId, agent_type: agentType, coreio_id: coreioId },
    }) =>
      control.queries.checkAgent({
        configPath,
        ...(agentId == null ? {} : { agentId }),
        ...(agentType == null ? {} : { agentType }),
        ...(coreioId == null ? {} : { coreioId }),
      }),
    startKnownAgent: ({ id, query, origin, ctx }) =>
      control.startKnownAgent(parseAgentId(id), origin, waitOf(ctx, query)),
    restartAgent: ({ id, query, origin, ctx }) => control.restartAgent(parseAgentId(id), origin, waitOf(ctx, query)),
    deleteAgent: {
      write: async ({ id, origin, ctx }) => {
        await control.deleteAgent(parseAgentId(id), preconditionOf(ctx), origin);
        ctx.status = 204;
      },
    },
  };
}

/** The handlers of Tennessee Eastman demo agents. */
export function tepHandlers(control: Control): HandlersOf<typeof TEP_OPERATIONS> {
  return {
    startTepAgent: starter(control, 'tep-demo'),
    stopTepAgent: stopper(control),
    getTepAgentStatus: ({ id }) => control.queries.agentStatus(parseAgentId(id)),
  };
}
