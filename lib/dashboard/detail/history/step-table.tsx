import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Client } from '../../../client/client.ts';
import { useHost } from '../../host-context.ts';
import { useAnswer } from '../../use-answer.ts';
import { Problem } from '../../words/problem.tsx';
import { localInstant } from '../../words/time.ts';
import { isMove, whatOf, requestOf } from './steps.ts';
import type { History, Step } from './steps.ts';

const ROW_PX = 26;
const PAGE_STEPS = 300;
/** So many rows before the end of the list the next page is read. */
const AHEAD = 30;

interface RowProps {
  readonly step: Step;
  readonly isChosen: boolean;
  readonly top: number;
  readonly onChoose: () => void;
}

function StepRow({ step, isChosen, top, onChoose }: RowProps): ReactNode {
  const request = requestOf(step);
  const isChange = isMove(step);
  return (
    <li className="step" style={{ transform: `translateY(${top}px)` }}>
      <button type="button" className="step-button" aria-current={isChosen ? 'step' : undefined} onClick={onChoose}>
        <time dateTime={step.at}>{localInstant(step.at, Date.now())}</time>
        <span className={isChange ? `step-what step-change is-${step.state ?? 'stopped'}` : 'step-what'}>
          {whatOf(step)}
        </span>
        <span className="step-why">
          {step.why}
          {request === null ? null : <span className="step-who"> ({request})</span>}
        </span>
      </button>
    </li>
  );
}

/** Which page of the steps to read. */
export interface StepPage {
  readonly limit: number;
  readonly before?: number;
}

interface StepTableProps {
  readonly read: (client: Client, page: StepPage, signal: AbortSignal) => Promise<History>;
  /** Another object: there may be new steps. */
  readonly version: unknown;
  /** The number of the chosen step; null: none. */
  readonly chosen: number | null;
  readonly onChoose: (step: Step) => void;
}

/** The older pages of a history, oldest step first, as far as they were asked for. */
async function readOlder(
  read: (page: StepPage) => Promise<History>,
  pages: number,
): Promise<{ readonly steps: readonly Step[]; readonly next: number | null }> {
  let steps: readonly Step[] = [];
  let next: number | null = null;
  for (let page = 0; page < pages; page += 1) {
    const history: History = await read({ limit: PAGE_STEPS, ...(next === null ? {} : { before: next }) });
    steps = [...history.steps, ...steps];
    next = history.next;
    if (next === null) break;
  }
  return { steps, next };
}

/** All steps that are stored, newest first; older ones are read on the way down, and only visible ones are in the document. */
export function StepTable({ read, version, chosen, onChoose }: StepTableProps): ReactNode {
  const { client } = useHost();
  const [pages, setPages] = useState(1);
  const { value, problem } = useAnswer(
    (signal) => readOlder((page) => read(client, page, signal), pages),
    [client, version, pages],
  );
  const steps = value?.steps ?? [];
  const container = useRef<HTMLDivElement>(null);
  const last = steps.length - 1;
  const virtual = useVirtualizer({
    count: steps.length,
    getScrollElement: () => container.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => steps[last - index]?.seq ?? index,
    overscan: 10,
  });
  const place = chosen === null ? -1 : steps.findIndex(({ seq }) => seq === chosen);
  useEffect(() => {
    if (place !== -1) virtual.scrollToIndex(last - place, { align: 'auto' });
    // Only when another step is chosen.
  }, [virtual, chosen]);
  const items = virtual.getVirtualItems();
  const lowest = items.at(-1)?.index ?? 0;
  const isNearEnd = value !== null && value.next !== null && lowest > last - AHEAD;
  const isComplete = steps.length >= pages * PAGE_STEPS;
  useEffect(() => {
    if (isNearEnd && isComplete) setPages((before) => before + 1);
  }, [isNearEnd, isComplete]);
  return (
    <>
      <Problem sentence={problem} />
      <div ref={container} className="steps" role="region" aria-label="Steps, newest first" tabIndex={0}>
        <ol style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const step = steps[last - index];
            return step === undefined ? null : (
              <StepRow
                key={step.seq}
                step={step}
                isChosen={step.seq === chosen}
                top={start}
                onChoose={() => {
                  onChoose(step);
                }}
              />
            );
          })}
        </ol>
      </div>
      {value !== null && steps.length === 0 ? <p className="hint">No history.</p> : null}
    </>
  );
}
