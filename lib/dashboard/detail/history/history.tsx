import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Label, Slider, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components';
import type { AgentView } from '../../../api/schemas/agent.ts';
import type { ServiceView } from '../../../api/schemas/service.ts';
import type { Client } from '../../../client/client.ts';
import { Statechart } from '../../drawing/statechart.tsx';
import { useHost } from '../../host-context.ts';
import { useAnswer } from '../../use-answer.ts';
import { Problem } from '../../words/problem.tsx';
import { StateBadge } from '../../words/state-badge.tsx';
import { localInstant } from '../../words/time.ts';
import { Launches, OutputLink } from './launches.tsx';
import { StateStrip } from './state-strip.tsx';
import { StepTable } from './step-table.tsx';
import { isMove, periodsOf, whatOf } from './steps.ts';
import type { History, Step } from './steps.ts';
import './history.css';

const MAX_STEPS = 300;

/** An agent or service with a history; a new view means that there may be new steps. */
export type Subject =
  { readonly type: 'service'; readonly view: ServiceView } | { readonly type: 'agent'; readonly view: AgentView };

/** The last steps, oldest first. */
async function readHistory(client: Client, { type, view: { id } }: Subject, signal: AbortSignal): Promise<History> {
  const args = { id, query: { order: 'newest_first', limit: MAX_STEPS }, signal } as const;
  const { initially, steps, next } =
    type === 'service' ? await client.getServiceHistory(args) : await client.getAgentHistory(args);
  return { initially, steps: [...steps].reverse(), next };
}

interface StepSliderProps {
  readonly steps: readonly Step[];
  readonly index: number;
  readonly onIndex: (index: number) => void;
}

/** A slider to select a step. */
function StepSlider({ steps, index, onIndex }: StepSliderProps): ReactNode {
  const step = steps[index];
  const where = step === undefined ? '' : `${localInstant(step.at, Date.now())}: ${whatOf(step)}`;
  return (
    <Slider className="slider" minValue={0} maxValue={Math.max(0, steps.length - 1)} value={index} onChange={onIndex}>
      <Label>
        Step {index + 1} of {steps.length}
      </Label>
      <SliderOutput className="slider-output">{where}</SliderOutput>
      <SliderTrack className="slider-track">
        <SliderThumb className="slider-thumb" />
      </SliderTrack>
    </Slider>
  );
}

function HistoryView({ history, subject }: { readonly history: History; readonly subject: Subject }): ReactNode {
  const { steps, next } = history;
  // Null: always the newest step.
  const [seq, setSeq] = useState<number | null>(null);
  const found = seq === null ? -1 : steps.findIndex((one) => one.seq === seq);
  const index = found === -1 ? steps.length - 1 : found;
  const step = steps[index];
  const periods = useMemo(() => periodsOf(history, Date.now()), [history]);
  if (step === undefined) return <p className="hint">No history.</p>;
  const choose = (chosen: number): void => {
    setSeq(chosen === steps.length - 1 ? null : (steps[chosen]?.seq ?? null));
  };
  return (
    <>
      <StateStrip periods={periods} at={Date.parse(step.at)} />
      <StepSlider steps={steps} index={index} onIndex={choose} />
      <p className="past-state">
        {index === steps.length - 1 ? 'Now' : 'At this step'}{' '}
        {step.state === null ? 'unknown state' : <StateBadge state={step.state} more={step.substate} />}
        {subject.type === 'service' && step.exit != null && step.generation != null ? (
          <OutputLink id={subject.view.id} generation={step.generation} />
        ) : null}
      </p>
      <StepTable steps={steps} chosen={index} onChoose={choose} />
      {next === null ? null : (
        <p className="hint">Only the last {MAX_STEPS} steps are shown; the journal goes back further.</p>
      )}
      <Statechart machine={subject.type} chartState={step} move={moveAt(steps, index)} />
    </>
  );
}

/** The last change of state up to a step. */
function moveAt(steps: readonly Step[], index: number): Step | null {
  return steps.slice(0, index + 1).findLast(isMove) ?? null;
}

/** The history of a service or an agent from the journal, including earlier runs of the host. */
export function History({ subject }: { readonly subject: Subject }): ReactNode {
  const { client } = useHost();
  const { value, problem } = useAnswer((signal) => readHistory(client, subject, signal), [client, subject.view]);
  return (
    <section className="history" aria-label="History">
      <Problem sentence={problem} />
      {value === null ? null : <HistoryView history={value} subject={subject} />}
      {subject.type === 'service' ? <Launches service={subject.view} /> : null}
    </section>
  );
}
