import { z } from 'zod';
import { CAUSES } from '../../model/causes.ts';
import { REASON_CODES } from '../../model/explain/reason.ts';
import { PUBLIC_STATES } from '../../model/states.ts';

/** The six public states of agents and services (contract 1). */
export const stateSchema = z
  .enum(PUBLIC_STATES)
  .meta({ id: 'State', description: 'The observed state of an agent or a service.' });

/** The cause of an event. */
export const eventCauseSchema = z
  .enum(CAUSES)
  .meta({ id: 'EventCause', description: 'What led to it: a command, an observation, or the host.' });

/** The reason for a state, for programs. */
export const reasonCodeSchema = z
  .enum(REASON_CODES)
  .nullable()
  .meta({ id: 'ReasonCode', description: 'The code of `reason`; null if there is no reason.' });

/** The intended state. */
export const intendedSchema = z
  .enum(['running', 'stopped'])
  .meta({ id: 'IntendedState', description: 'The state requested last; only a command changes it.' });

/** The nested state. */
export const substateSchema = z
  .string()
  .nullable()
  .meta({ description: 'The nested state, such as `launching`; null if the state has none.' });

/** The class of an exit. */
export const exitClassSchema = z
  .enum(['clean', 'code', 'signal', 'spawn_permanent', 'spawn_transient', 'start_timeout', 'probe', 'stopped', 'lost'])
  .meta({ id: 'ExitClass', description: 'The class of an exit, for the restart policy and for people.' });
