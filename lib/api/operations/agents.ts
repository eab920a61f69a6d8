import { z } from 'zod';
import { idField, pathField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { agentSchema, agentStatusSchema } from '../schemas/agent.ts';
import { idSchema } from '../wire.ts';

// Clients of the original API send null for what they leave out.
const startBody = z
  .strictObject({
    config_path: pathField.meta({
      description: 'The config file; a relative path is taken from the working directory of the host.',
    }),
    agent_id: idField.nullish().meta({ description: 'Default: the name of the file without its extension.' }),
    coreio_id: idField.nullish().meta({ description: 'A coreio service that is shared with other agents.' }),
  })
  .meta({ id: 'AgentStart', example: { config_path: '/plant/pump1.yaml' } });

const start = {
  body: startBody,
  answers: ok(idSchema, 'The id of the agent.'),
  problems: ['config_unreadable', 'config_outside_root', 'config_invalid', 'agent_conflict', 'service_conflict'],
} as const;

const stopped = ok(z.null(), 'Its processes are gone.');

/** The routes of agents. Those of the original API answer for unknown ids as its clients expect. */
export const AGENT_OPERATIONS = {
  startAgent: {
    tag: 'Agents',
    summary: 'Start an agent from a config file and answer its id; a no-op if it is already up with that file.',
    ...start,
  },
  stopAgent: {
    tag: 'Agents',
    summary: 'Stop an agent; answers null when its processes are gone, also for an unknown id.',
    answers: stopped,
  },
  getAgentStatus: {
    tag: 'Agents',
    summary: 'The state of an agent and of each of its services; an unknown id is stopped.',
    answers: ok(agentStatusSchema),
  },
  listAgentIds: {
    tag: 'Agents',
    summary: 'The ids of all known agents, in the order of first start.',
    answers: ok(z.array(idSchema)),
  },
  getAgent: {
    tag: 'Agents',
    summary: 'One agent.',
    answers: ok(agentSchema),
    problems: ['agent_not_found'],
  },
} as const satisfies Operations;

/** The same for agents of the type `tep-demo`. */
export const TEP_OPERATIONS = {
  startTepAgent: {
    tag: 'Tennessee Eastman demo',
    summary: 'Start a Tennessee Eastman demo agent from a config file and answer its id.',
    ...start,
  },
  stopTepAgent: {
    tag: 'Tennessee Eastman demo',
    summary: 'Stop a Tennessee Eastman demo agent; answers null when its processes are gone, also for an unknown id.',
    answers: stopped,
  },
  getTepAgentStatus: {
    tag: 'Tennessee Eastman demo',
    summary: 'The state of a Tennessee Eastman demo agent and of its services; an unknown id is stopped.',
    answers: ok(agentStatusSchema),
  },
} as const satisfies Operations;
