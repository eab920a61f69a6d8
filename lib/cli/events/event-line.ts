import type { EventView } from '../../api/schemas/event.ts';
import type { PublicState } from '../../model/states.ts';
import { tell } from '../../model/tell.ts';
import type { Colors } from '../output/colors.ts';
import { paintOf } from '../output/state.ts';

const STATES: readonly PublicState[] = ['stopped', 'starting', 'running', 'stopping', 'backoff', 'failed'];

/** An event as a line for people: when, and a sentence in the colour of the state that it led to. */
export function eventLine(event: EventView, colors: Colors): string {
  const { type, agent_id: agentId = null, service_id: serviceId = null, from = null, to = null, cause, detail } = event;
  const sentence = tell({ type, agentId, serviceId, from, to, cause, detail });
  const state = STATES.find((one) => one === to);
  return `${colors.dim(event.at)}  ${state === undefined ? sentence : paintOf({ state }, colors)(sentence)}\n`;
}
