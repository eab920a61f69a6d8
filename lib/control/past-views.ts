import type { AgentPastView, ServicePastView } from '../api/schemas/past.ts';
import { numberIn, textIn } from '../model/journal.ts';
import type { Standing, Step } from '../model/history.ts';
import { tell } from '../model/explain/event-sentence.ts';
import { isoOf } from '../model/values/time.ts';
import type { ExitClass } from '../model/states.ts';
import { whyOf } from '../model/explain/event-reason.ts';
import type { Past } from './past.ts';

/** The wire form of the past of a service. */
export function servicePastView(serviceId: string, { steps, initially, next }: Past): ServicePastView {
  return {
    service_id: serviceId,
    initially: { ...stateOf(initially), ...processOf(initially) },
    steps: steps.map((step) => ({ ...stepView(step), ...processOf(step), exit: exitOf(step) })),
    next,
  };
}

/** The wire form of the past of an agent. */
export function agentPastView(agentId: string, { steps, initially, next }: Past): AgentPastView {
  return { agent_id: agentId, initially: stateOf(initially), steps: steps.map(stepView), next };
}

function stateOf({ state, substate }: Standing): Pick<Standing, 'state' | 'substate'> {
  return { state, substate };
}

function processOf({ generation, pid }: Standing): Pick<Standing, 'generation' | 'pid'> {
  return { generation, pid };
}

function stepView(step: Step): AgentPastView['steps'][number] {
  const { seq, at, from, type, cause, detail, correlationId } = step.fact;
  return {
    ...{ seq, at: isoOf(at), ...stateOf(step) },
    from: type.endsWith('.state_changed') ? from : null,
    ...{ type, cause, reason: textIn(detail, 'reason'), correlation_id: correlationId },
    ...{ why: whyOf(step.fact), sentence: tell(step.fact) },
  };
}

function exitOf({ fact: { type, detail } }: Step): ServicePastView['steps'][number]['exit'] {
  if (type !== 'process.exited') return null;
  const exitClass = textIn(detail, 'class') as ExitClass; // as facts of that type have it
  return { code: numberIn(detail, 'code'), signal: textIn(detail, 'signal'), class: exitClass };
}
