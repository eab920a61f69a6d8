import { useCallback, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { Problem } from '../../words/problem.tsx';
import { STANDING_NAMES, PAST_STANDINGS } from '../../../frontend/world/standing.ts';
import { StateMark } from '../../words/state-badge.tsx';
import type { MarkKind } from '../../../frontend/timeline/lanes.ts';
import { MARK_NAMES, markPath } from '../../../frontend/timeline/marks.ts';
import { EventList } from './event-list.tsx';
import type { TimelineSubject } from './event-list.tsx';
import { LaneChart } from './lane-chart.tsx';
import type { Chosen } from './lane-chart.tsx';
import { Output } from './output.tsx';
import { Toolbar } from './toolbar.tsx';
import type { DragMode } from './toolbar.tsx';
import { UsageCharts } from './usage-charts.tsx';
import { useTimelineAddress, useTimelinePart } from './use-timeline.ts';
import type { TimelineActor } from './use-timeline.ts';
import './timeline.css';

const KINDS: readonly MarkKind[] = [
  'crash',
  'command',
  'reload',
  'launch',
  'end',
  'adoption',
  'host_start',
  'host_stop',
  'other',
];

function Legend(): ReactNode {
  return (
    <details className="tl-legend">
      <summary>What the shapes mean</summary>
      <ul>
        {PAST_STANDINGS.map((standing) => (
          <li key={standing}>
            <StateMark state={standing} /> {STANDING_NAMES[standing]}
          </li>
        ))}
        <li>thin stripes: unknown</li>
        {KINDS.map((kind) => (
          <li key={kind}>
            <svg className={`tl-mark tl-mark-${kind}`} viewBox="0 0 8 8" width="10" height="10" aria-hidden="true">
              <path d={markPath(kind)} />
            </svg>{' '}
            {MARK_NAMES[kind]}
          </li>
        ))}
      </ul>
    </details>
  );
}

function CopyLink(): ReactNode {
  const [copied, setCopied] = useState<string | null>(null);
  // Without HTTPS there is a clipboard only on the machine itself; the address has the link in any case.
  if (!('clipboard' in navigator)) return null;
  return (
    <Button
      className="button"
      onPress={() => {
        const { href } = window.location;
        navigator.clipboard.writeText(href).then(
          () => {
            setCopied(href);
          },
          () => undefined,
        );
      }}
    >
      {copied === window.location.href ? 'Link copied' : 'Copy link'}
    </Button>
  );
}

interface TimelineProps {
  readonly actor: TimelineActor;
  /** The address of the view without a query. */
  readonly path: string;
  readonly ids: readonly string[];
  readonly nameOf: (id: string) => string;
  /** Whose events are shown, and of a service the usage and the output, if no service is chosen; null: everything. */
  readonly subject: TimelineSubject | null;
}

/** Services over time, with the events and the output of what is selected. */
export function Timeline({ actor, path, ids, nameOf, subject }: TimelineProps): ReactNode {
  const [address, change] = useTimelineAddress(path);
  const [mode, setMode] = useState<DragMode>('move');
  const settled = useTimelinePart(actor, ({ context }) => context.settled);
  const problem = useTimelinePart(actor, ({ context }) => context.problem);
  const coarse = useTimelinePart(actor, ({ context }) => context.lanes?.resolutionMs ?? null);
  const isReading = useTimelinePart(actor, (now) => now.matches({ data: 'loading' }) && now.context.lanes === null);
  const onChosen = useCallback(
    (chosen: Partial<Chosen>) => {
      change(chosen);
    },
    [change],
  );
  const service = address.service ?? (subject?.type === 'service' ? subject.id : null);
  const around = address.at === null ? settled : { from: address.at - 60_000, to: address.at + 10_000 };
  return (
    <div className="tl">
      <Toolbar
        {...{ actor, mode, range: address.range }}
        onMode={setMode}
        onRange={(range) => {
          change({ range });
        }}
      />
      <Problem sentence={problem} />
      <LaneChart {...{ actor, ids, nameOf, mode, onChosen }} chosen={{ ...address, service }} />
      {isReading ? <p className="hint">Reading the journal…</p> : null}
      {service === null ? null : <UsageCharts actor={actor} id={service} />}
      <div className="tl-links">
        <CopyLink />
        <Legend />
        {coarse !== null && coarse > 1_000 ? (
          <span className="hint-inline">
            Changes within {Math.round(coarse / 1_000)} s are drawn as one; zoom in for each.
          </span>
        ) : null}
      </div>
      <div className="tl-details">
        <EventList
          period={address.range ?? around}
          subject={service === null ? subject : { type: 'service', id: service }}
          chosen={address.event}
          {...{ address, path }}
        />
        {service === null ? (
          <p className="hint">Choose a service to see its output.</p>
        ) : (
          <Output id={service} of={address.range ?? address.at ?? settled} isSelected={address.range !== null} />
        )}
      </div>
    </div>
  );
}
