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
import { StateStrip } from './state-strip.tsx';
import { StepTable } from './step-table.tsx';
import { isMove, stretchesOf, whatOf } from './steps.ts';
import type { History, Step } from './steps.ts';
import './history.css';

const STEPS = 300;

/** What has a past: a new view of it means that there may be more of that. */
export type Subject =
  { readonly type: 'service'; readonly view: ServiceView } | { readonly type: 'agent'; readonly view: AgentView };

/** The last steps, oldest first. */
async function readHistory(client: Client, { type, view: { id } }: Subject, signal: AbortSignal): Promise<History> {
  const asked = { id, query: { order: 'newest_first', limit: STEPS }, signal } as const;
  const { initially, steps, next } =
    type === 'service' ? await client.getServiceHistory(asked) : await client.getAgentHistory(asked);
  return { initially, steps: [...steps].reverse(), next };
}

interface PlaceProps {
  readonly steps: readonly Step[];
  readonly index: number;
  readonly onIndex: (index: number) => void;
}

/** The slider over the steps. */
function Place({ steps, index, onIndex }: PlaceProps): ReactNode {
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

function HistoryView({
  history,
  machine,
}: {
  readonly history: History;
  readonly machine: Subject['type'];
}): ReactNode {
  const { steps, next } = history;
  // Null: the newest, whatever comes.
  const [seq, setSeq] = useState<number | null>(null);
  const place = seq === null ? -1 : steps.findIndex((one) => one.seq === seq);
  const index = place === -1 ? steps.length - 1 : place;
  const step = steps[index];
  const stretches = useMemo(() => stretchesOf(history, Date.now()), [history]);
  if (step === undefined) return <p className="hint">The journal has nothing about it.</p>;
  const choose = (chosen: number): void => {
    setSeq(chosen === steps.length - 1 ? null : (steps[chosen]?.seq ?? null));
  };
  return (
    <>
      <StateStrip stretches={stretches} at={Date.parse(step.at)} />
      <Place steps={steps} index={index} onIndex={choose} />
      <p className="past-state">
        {index === steps.length - 1 ? 'It is now' : 'It was then'}{' '}
        {step.state === null ? 'in an unknown state' : <StateBadge state={step.state} more={step.substate} />}
      </p>
      <StepTable steps={steps} chosen={index} onChoose={choose} />
      {next === null ? null : <p className="hint">The journal goes back further: these are the last {STEPS} steps.</p>}
      <Statechart machine={machine} standing={step} move={moveAt(steps, index)} />
    </>
  );
}

/** The last change of state at a step. */
function moveAt(steps: readonly Step[], index: number): Step | null {
  return steps.slice(0, index + 1).findLast(isMove) ?? null;
}

/** What was the case with a service or an agent, from the journal: also before the last restart of the host. */
export function History({ subject }: { readonly subject: Subject }): ReactNode {
  const { client } = useHost();
  const { value, problem } = useAnswer((signal) => readHistory(client, subject, signal), [client, subject.view]);
  return (
    <section className="history" aria-label="History">
      <Problem sentence={problem} />
      {value === null ? null : <HistoryView history={value} machine={subject.type} />}
    </section>
  );
}
