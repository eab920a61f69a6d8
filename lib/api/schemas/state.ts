import { z } from 'zod';

/** The six public states of agents and services (contract 1). */
export const stateSchema = z
  .enum(['stopped', 'starting', 'running', 'stopping', 'backoff', 'failed'])
  .meta({ id: 'State', description: 'What is the case with an agent or a service.' });

/** What was asked for. */
export const intendedSchema = z
  .enum(['running', 'stopped'])
  .meta({ id: 'IntendedState', description: 'What was asked for; only a command changes it.' });

/** The nested state. */
export const substateSchema = z
  .string()
  .nullable()
  .meta({ description: 'The nested state, such as `launching`; null where the state has none.' });

/** What an exit was. */
export const exitClassSchema = z
  .enum(['clean', 'code', 'signal', 'spawn_permanent', 'spawn_transient', 'start_timeout', 'probe', 'stopped', 'lost'])
  .meta({ id: 'ExitClass', description: 'What an exit was, for the restart policy and for people.' });
