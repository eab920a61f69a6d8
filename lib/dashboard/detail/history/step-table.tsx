import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { localInstant } from '../../words/time.ts';
import { isMove, whatOf, requestOf } from './steps.ts';
import type { Step } from './steps.ts';

const ROW_PX = 26;

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

interface StepTableProps {
  readonly steps: readonly Step[];
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
}

/** The steps, newest first; only visible ones are in the document. */
export function StepTable({ steps, chosen, onChoose }: StepTableProps): ReactNode {
  const container = useRef<HTMLDivElement>(null);
  const last = steps.length - 1;
  const virtual = useVirtualizer({
    count: steps.length,
    getScrollElement: () => container.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => steps[last - index]?.seq ?? index,
    overscan: 10,
  });
  useEffect(() => {
    virtual.scrollToIndex(last - chosen, { align: 'auto' });
  }, [virtual, last, chosen]);
  return (
    <div ref={container} className="steps" role="region" aria-label="Steps, newest first" tabIndex={0}>
      <ol style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const step = steps[last - index];
          return step === undefined ? null : (
            <StepRow
              key={step.seq}
              step={step}
              isChosen={last - index === chosen}
              top={start}
              onChoose={() => {
                onChoose(last - index);
              }}
            />
          );
        })}
      </ol>
    </div>
  );
}
