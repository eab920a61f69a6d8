import { z } from 'zod';
import { idField, ifMatchHeader, pageFields, pathField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { agentCheckSchema, agentPageSchema, agentSchema, agentStatusSchema } from '../schemas/agent.ts';
import { looseStartQuery, looseStopQuery, startQuery, WAIT_PROBLEMS } from '../waits.ts';
import { idSchema } from '../wire.ts';

// Clients of the original API send null for omitted fields, and fields of other routes, which the original ignores.
const startBody = z
  .object({
    config_path: pathField.meta({
      description: 'The config file; a relative path is resolved against the working directory of the host.',
    }),
    agent_id: idField.nullish().meta({ description: 'Default: the file name without its extension.' }),
    coreio_id: idField.nullish().meta({
      description: 'A coreio service shared with other agents; it keeps running until `POST /api/io/{id}/stop`.',
    }),
  })
  .meta({ id: 'AgentStart', example: { config_path: '/plant/pump1.yaml' } });

const CONFIG_PROBLEMS = [
  'config_unreadable',
  'config_outside_root',
  'config_invalid',
  'agent_conflict',
  'service_conflict',
] as const;

const start = {
  body: startBody,
  answers: ok(idSchema, 'The id of the agent.'),
  query: looseStartQuery,
  problems: [...CONFIG_PROBLEMS, ...WAIT_PROBLEMS],
} as const;

const agentTypeField = z
  .string()
  .min(1)
  .max(128)
  .nullish()
  .meta({ description: 'A name from `agent_types`; default: the one in the file.' });

const defineBody = z
  .strictObject({
    config_path: pathField,
    coreio_id: idField.nullish(),
    agent_type: agentTypeField,
    autostart: z.boolean().default(true).meta({ description: 'Whether to start it too.' }),
  })
  .meta({ id: 'AgentDefinition', example: { config_path: '/plant/pump1.yaml', autostart: false } });

const checkBody = z
  .strictObject({
    config_path: pathField,
    agent_id: idField.nullish().meta({ description: 'Default: the file name without its extension.' }),
    coreio_id: idField.nullish(),
    agent_type: agentTypeField,
  })
  .meta({ id: 'AgentCheckRequest', example: { config_path: '/plant/pump1.yaml' } });

const revisionHeaders = {
  ETag: z.string().meta({ description: 'The revision of its definition and its intended state.' }),
};
const agentContent = { content: { 'application/json': agentSchema } };
const revised = { ...agentContent, headers: z.object(revisionHeaders) };

const stopped = ok(z.null(), 'Stopped; its processes have ended.');

/** The routes of agents. Those of the original API respond to unknown ids as its clients expect. */
export const AGENT_OPERATIONS = {
  startAgent: {
    tag: 'Agents',
    summary:
      'Start an agent from a config file and return its id; has no effect if it is already started with that file.',
    ...start,
  },
  stopAgent: {
    tag: 'Agents',
    summary: 'Stop an agent; returns null when its processes have ended, also for an unknown id.',
    query: looseStopQuery,
    answers: stopped,
    problems: [...WAIT_PROBLEMS, 'actor_set_aside'],
  },
  getAgentStatus: {
    tag: 'Agents',
    summary: 'The state of an agent and of each of its services; an unknown id is stopped.',
    answers: ok(agentStatusSchema),
  },
  listAgentIds: {
    tag: 'Agents',
    summary: 'The ids of all known agents, in the order of their first start.',
    answers: ok(z.array(idSchema)),
  },
  getAgent: {
    tag: 'Agents',
    summary: 'One agent.',
    answers: { 200: { what: 'Success.', ...revised } },
    problems: ['agent_not_found'],
  },
  listAgents: {
    tag: 'Agents',
    summary: 'All agents in full, in the order of their first start; paged by limit and cursor.',
    query: z.strictObject(pageFields),
    answers: ok(agentPageSchema),
  },
  defineAgent: {
    tag: 'Agents',
    summary: 'Define an agent with this id, or change the definition of a stopped one, and start it.',
    description:
      'With `autostart: false` it is not started, but an agent that is already up stays up. Sending the same definition again changes nothing. ' +
      'To change the definition of an agent that is up, stop it first. With `If-None-Match: *` the request fails if the agent already exists.',
    headers: z.object({
      ...ifMatchHeader,
      'If-None-Match': z.string().optional().meta({ description: '`*`: only if the agent does not exist yet.' }),
    }),
    body: defineBody,
    answers: {
      200: { what: 'It existed before.', ...revised },
      201: {
        what: 'It is new.',
        ...agentContent,
        headers: z.object({ ...revisionHeaders, Location: z.string().meta({ description: 'The path of the agent.' }) }),
      },
    },
    problems: [...CONFIG_PROBLEMS, 'precondition_failed'],
  },
  checkAgent: {
    tag: 'Agents',
    summary: 'What the start of an agent would do: its id, its type, and its services with the files that would run.',
    description: 'Reads the files and looks for the executables as a start does, and changes nothing.',
    body: checkBody,
    answers: ok(agentCheckSchema),
    problems: ['config_unreadable', 'config_outside_root', 'config_invalid', 'service_conflict'],
  },
  startKnownAgent: {
    tag: 'Agents',
    summary: 'Start a known agent with the current content of its config file; an agent that is up is left alone.',
    query: startQuery,
    answers: ok(agentSchema),
    problems: ['agent_not_found', ...CONFIG_PROBLEMS, ...WAIT_PROBLEMS],
  },
  restartAgent: {
    tag: 'Agents',
    summary: 'Stop the processes of all services that only this agent holds, and launch them again.',
    description:
      'Does not read its files again (a reload does that). Services with other holders are left alone; stopped services start.',
    query: startQuery,
    answers: ok(agentSchema),
    problems: ['agent_not_found', ...WAIT_PROBLEMS],
  },
  deleteAgent: {
    tag: 'Agents',
    summary: 'Stop and delete an agent, with the services that only it holds; responds when nothing is left.',
    headers: z.object(ifMatchHeader),
    answers: { 204: { what: 'Deleted.' } },
    problems: ['agent_not_found', 'precondition_failed', 'actor_set_aside'],
  },
} as const satisfies Operations;

/** The same routes for agents of the type `tep-demo`. */
export const TEP_OPERATIONS = {
  startTepAgent: {
    tag: 'Tennessee Eastman demo',
    summary: 'Start a Tennessee Eastman demo agent from a config file and return its id.',
    ...start,
  },
  stopTepAgent: {
    tag: 'Tennessee Eastman demo',
    summary: 'Stop a Tennessee Eastman demo agent; returns null when its processes have ended, also for an unknown id.',
    query: looseStopQuery,
    answers: stopped,
    problems: [...WAIT_PROBLEMS, 'actor_set_aside'],
  },
  getTepAgentStatus: {
    tag: 'Tennessee Eastman demo',
    summary: 'The state of a Tennessee Eastman demo agent and of its services; an unknown id is stopped.',
    answers: ok(agentStatusSchema),
  },
} as const satisfies Operations;
