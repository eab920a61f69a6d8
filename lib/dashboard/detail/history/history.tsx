import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { Label, Slider, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components';
import type { AgentView } from '../../../api/schemas/agent.ts';
import type { ServiceView } from '../../../api/schemas/service.ts';
import type { Client } from '../../../client/client.ts';
import { Statechart } from '../../drawing/statechart.tsx';
import { useHost } from '../../host-context.ts';
import { Timeline } from '../../timeline/view/timeline.tsx';
import { useTimeline, useTimelineAddress, useTimelinePart } from '../../timeline/view/use-timeline.ts';
import type { TimelineActor } from '../../timeline/view/use-timeline.ts';
import { useAnswer } from '../../use-answer.ts';
import { Problem } from '../../words/problem.tsx';
import { StateBadge } from '../../words/state-badge.tsx';
import { localInstant } from '../../words/time.ts';
import { formatRoute } from '../../world/route.ts';
import { Launches, OutputLink } from './launches.tsx';
import { StepTable } from './step-table.tsx';
import { isMove, whatOf } from './steps.ts';
import type { History, Step } from './steps.ts';
import './history.css';

/** The steps that led to a state at a moment: the last one, and the last that changed the state. */
const STEPS_BEFORE = 20;

/** An agent or service with a history; a new view means that there may be new steps. */
export type Subject =
  | { readonly type: 'service'; readonly view: ServiceView }
  | { readonly type: 'agent'; readonly view: AgentView };

interface Page {
  readonly limit: number;
  /** Only steps before this number. */
  readonly before?: number;
  /** Only steps at or before this instant. */
  readonly until?: string;
}

/** The last steps, oldest first. */
async function readHistory(
  client: Client,
  type: Subject['type'],
  id: string,
  page: Page,
  signal: AbortSignal,
): Promise<History> {
  const args = { id, query: { order: 'newest_first', ...page }, signal } as const;
  const { initially, steps, next } =
    type === 'service' ? await client.getServiceHistory(args) : await client.getAgentHistory(args);
  return { initially, steps: [...steps].reverse(), next };
}

interface MomentSliderProps {
  readonly actor: TimelineActor;
  readonly at: number | null;
  readonly onAt: (at: number | null) => void;
}

/** A slider over the time that the timeline shows. */
function MomentSlider({ actor, at, onAt }: MomentSliderProps): ReactNode {
  const settled = useTimelinePart(actor, ({ context }) => context.settled);
  const oldest = useTimelinePart(actor, ({ context }) => context.lanes?.storedSince ?? null);
  const { to } = settled;
  const from = Math.min(to - 1, Math.max(settled.from, oldest ?? settled.from));
  const end = Math.min(to, Math.max(from + 1, Date.now()));
  const value = Math.min(end, Math.max(from, at ?? end));
  const step = Math.max(1, Math.round((end - from) / 500));
  return (
    <Slider
      className="slider"
      minValue={from}
      maxValue={end}
      step={step}
      value={value}
      onChange={(next) => {
        onAt(next > end - step / 2 ? null : next);
      }}
    >
      <Label>Moment</Label>
      <SliderOutput className="slider-output">{at === null ? 'now' : localInstant(value, Date.now())}</SliderOutput>
      <SliderTrack className="slider-track">
        <SliderThumb className="slider-thumb" />
      </SliderTrack>
    </Slider>
  );
}

interface MomentProps {
  readonly subject: Subject;
  /** Null: now. */
  readonly at: number | null;
  /** The number of the chosen step; null: the last one until then. */
  readonly event: number | null;
}

/** The state at a moment, and its place in the statechart. */
function Moment({ subject: { type, view }, at, event }: MomentProps): ReactNode {
  const { client } = useHost();
  const { value, problem } = useAnswer(
    async (signal) => {
      const until = at === null ? {} : { until: new Date(at).toISOString() };
      const before = event === null ? {} : { before: event + 1 };
      const { steps } = await readHistory(client, type, view.id, { limit: STEPS_BEFORE, ...until, ...before }, signal);
      return steps;
    },
    [client, view, at, event],
  );
  const step = value?.at(-1);
  if (value === null) return <Problem sentence={problem} />;
  if (step === undefined) return <p className="hint">Nothing is stored about that time.</p>;
  return (
    <>
      <p className="past-state">
        {at === null ? 'Now' : localInstant(at, Date.now())}{' '}
        {step.state === null ? 'unknown state' : <StateBadge state={step.state} more={step.substate} />}
        <span>{whatOf(step)}</span>
        {type === 'service' && step.exit != null && step.generation != null ? (
          <OutputLink id={view.id} generation={step.generation} />
        ) : null}
      </p>
      <Statechart machine={type} chartState={step} move={value.findLast(isMove) ?? null} />
    </>
  );
}

/** The past of a service or an agent by time, from the journal, including earlier runs of the host. */
export function History({ subject }: { readonly subject: Subject }): ReactNode {
  const { type, view } = subject;
  const path =
    type === 'service' ? formatRoute({ type, id: view.id, tab: 'history' }) : formatRoute({ type, id: view.id });
  const services = type === 'service' ? view.id : view.services.join(',');
  const ids = useMemo(() => (services === '' ? [] : services.split(',')), [services]);
  const actor = useTimeline(ids, path);
  const [{ at, event }, change] = useTimelineAddress(path);
  return (
    <section className="history" aria-label="History">
      <Timeline {...{ actor, path, ids }} nameOf={(id) => id} subject={{ type, id: view.id }} />
      <MomentSlider
        {...{ actor, at }}
        onAt={(next) => {
          change({ at: next, event: null }, 'replaced');
        }}
      />
      <Moment {...{ subject, at, event }} />
      <StepTable
        read={(client, page, signal) => readHistory(client, type, view.id, page, signal)}
        version={view}
        chosen={event}
        onChoose={(step: Step) => {
          change({ at: Date.parse(step.at), event: step.seq });
        }}
      />
      {type === 'service' ? <Launches service={view} /> : null}
    </section>
  );
}
