import { z } from 'zod';
import { CONDITIONS } from '../../model/spec.ts';
import { idSchema } from '../wire.ts';
import { stateSchema } from './state.ts';

/** A statechart of the host. */
export const machineSummarySchema = z
  .strictObject({
    name: z.string(),
    title: z.string().meta({ description: 'One sentence.' }),
    version: z
      .string()
      .nullable()
      .meta({ description: 'Increases with every change of its states; null: its state is not stored.' }),
    states: z.array(z.string()).meta({ description: 'Dotted paths, each before its nested states.' }),
  })
  .meta({ id: 'MachineSummary' });

/** All statecharts. */
export const machineListSchema = z.strictObject({ machines: z.array(machineSummarySchema) }).meta({
  id: 'MachineList',
  example: {
    machines: [
      {
        name: 'agent',
        title: 'One agent: follows from its services.',
        version: '1',
        states: ['stopped', 'stopped.idle', 'running'],
      },
    ],
  },
});

/** The configuration of a statechart. */
export const machineConfigSchema = z
  .record(z.string(), z.unknown())
  .meta({ id: 'MachineConfig', description: 'The argument for `createMachine` of XState 5.' });

const conditionSchema = z.enum(CONDITIONS);

/** Services and their dependencies. */
export const serviceGraphSchema = z
  .strictObject({
    nodes: z.array(z.strictObject({ id: idSchema, kind: z.string(), state: stateSchema })),
    edges: z
      .array(z.strictObject({ from: idSchema, to: idSchema, condition: conditionSchema }))
      .meta({ description: '`from` waits for `to`.' }),
  })
  .meta({
    id: 'ServiceGraph',
    example: {
      nodes: [
        { id: 'pump1-coreio', kind: 'coreio', state: 'running' },
        { id: 'pump1-corerl', kind: 'corerl', state: 'starting' },
      ],
      edges: [{ from: 'pump1-corerl', to: 'pump1-coreio', condition: 'started' }],
    },
  });
