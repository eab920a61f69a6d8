import { z } from 'zod';
import { idField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { machineConfigSchema, machineListSchema, serviceGraphSchema } from '../schemas/machine.ts';

const machineQuery = z.strictObject({
  format: z
    .enum(['json', 'stately', 'mermaid', 'svg'], { error: 'must be json, stately, mermaid or svg' })
    .default('json')
    .meta({
      description:
        '`json`: the configuration; `stately`: a program for its editor, with stubs for what only the host can do; `mermaid`: a diagram as text; `svg`: a drawing.',
    }),
  events: z.enum(['main', 'all'], { error: 'must be main or all' }).default('main').meta({
    description:
      'For `mermaid` and `svg`: `all` also shows the events that restore the machine after a restart of the host.',
  }),
});

const graphQuery = z.strictObject({
  format: z.enum(['json', 'svg'], { error: 'must be json or svg' }).default('json'),
  agent_id: idField
    .optional()
    .meta({ description: 'Only the services that this agent holds, and those they wait for.' }),
});

/** The routes of statecharts and of dependencies between services. */
export const MACHINE_OPERATIONS = {
  listMachines: {
    tag: 'Machines',
    summary: 'The statecharts that the host runs.',
    answers: ok(machineListSchema),
  },
  getMachine: {
    tag: 'Machines',
    summary: 'One statechart: its configuration, a snippet for the Stately editor, a Mermaid diagram, or a drawing.',
    description: `The configuration refers to guards, actions, delays and actors by name: with implementations for these names, \`createMachine\` creates the same
machine. In a drawing each state is a group \`state-<dotted.path>\` of the class \`state\`, and each arrow a group of the class \`transition\` with the
id \`transition:<source>:<causes>:<target>\` and the same values in \`data-source\`, \`data-causes\` and \`data-target\`; the causes are those of events.`,
    query: machineQuery,
    answers: {
      200: {
        what: 'The machine in the requested format.',
        content: {
          'application/json': machineConfigSchema,
          'text/javascript': z.string(),
          'text/plain': z.string(),
          'image/svg+xml': z.string(),
        },
      },
    },
    problems: ['machine_not_found'],
  },
  getServiceGraph: {
    tag: 'Machines',
    summary: 'Which service waits for which, as data or as a drawing.',
    description:
      'In a drawing each service is a group `service-<id>` of the class `service` with its `data-state`, and each arrow a group of the class `dependency`.',
    query: graphQuery,
    answers: {
      200: {
        what: 'The services and their dependencies.',
        content: { 'application/json': serviceGraphSchema, 'image/svg+xml': z.string() },
      },
    },
  },
} as const satisfies Operations;
