import type { ReactNode } from 'react';
import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { localPeriod } from '../../words/time.ts';
import { moved, spanOf, SPANS, zoomed } from '../../../frontend/timeline/period.ts';
import type { Period } from '../../../frontend/timeline/period.ts';
import { useTimelinePart } from './use-timeline.ts';
import type { TimelineActor } from './use-timeline.ts';

/** By how much a press moves, as a part of the view. */
const STEP = 0.5;
const ZOOM = 2;

/** What dragging does. */
export type DragMode = 'move' | 'select';

interface ToolbarProps {
  readonly actor: TimelineActor;
  readonly mode: DragMode;
  readonly onMode: (mode: DragMode) => void;
  readonly range: Period | null;
  readonly onRange: (range: Period | null) => void;
}

function PeriodWords({ view }: { readonly view: Period }): ReactNode {
  return <span className="tl-period">{localPeriod(view.from, view.to, Date.now()).join(' – ')}</span>;
}

/** The buttons of a timeline: how long, where, and what dragging does. */
export function Toolbar({ actor, mode, onMode, range, onRange }: ToolbarProps): ReactNode {
  const settled = useTimelinePart(actor, ({ context }) => context.settled);
  const isFollowing = useTimelinePart(actor, (now) => now.matches({ view: 'following' }));
  const show = (view: Period): void => {
    actor.send({ type: 'view.moved', view });
  };
  const zoom = (factor: number): void => {
    const { view } = actor.getSnapshot().context;
    show(zoomed(view, (view.from + view.to) / 2, factor));
  };
  const move = (share: number): void => {
    const { view } = actor.getSnapshot().context;
    show(moved(view, share * spanOf(view)));
  };
  const chosen = isFollowing ? SPANS.find(([, span]) => Math.abs(span - spanOf(settled)) < 1_000)?.[0] : undefined;
  return (
    <div className="tl-bar" role="toolbar" aria-label="Period">
      <ToggleButtonGroup
        className="choice"
        aria-label="The last"
        selectionMode="single"
        selectedKeys={chosen === undefined ? [] : [chosen]}
        onSelectionChange={(keys) => {
          const [key = chosen] = [...keys];
          const span = SPANS.find(([name]) => name === key)?.[1];
          if (span !== undefined) actor.send({ type: 'view.followed', spanMs: span });
        }}
      >
        {SPANS.map(([name]) => (
          <ToggleButton key={name} id={name} className="choice-button">
            {name}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <span className="tl-buttons">
        <Button
          className="button"
          aria-label="Earlier"
          onPress={() => {
            move(-STEP);
          }}
        >
          ←
        </Button>
        <Button
          className="button"
          aria-label="Later"
          onPress={() => {
            move(STEP);
          }}
        >
          →
        </Button>
        <Button
          className="button"
          aria-label="Zoom in"
          onPress={() => {
            zoom(1 / ZOOM);
          }}
        >
          +
        </Button>
        <Button
          className="button"
          aria-label="Zoom out"
          onPress={() => {
            zoom(ZOOM);
          }}
        >
          −
        </Button>
        {isFollowing ? null : (
          <Button
            className="button"
            onPress={() => {
              actor.send({ type: 'view.followed', spanMs: spanOf(actor.getSnapshot().context.view) });
            }}
          >
            Now
          </Button>
        )}
      </span>
      <ToggleButtonGroup
        className="choice"
        aria-label="Dragging"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[mode]}
        onSelectionChange={(keys) => {
          onMode(keys.has('select') ? 'select' : 'move');
        }}
      >
        <ToggleButton id="move" className="choice-button">
          Move
        </ToggleButton>
        <ToggleButton id="select" className="choice-button">
          Select
        </ToggleButton>
      </ToggleButtonGroup>
      {range === null ? null : (
        <span className="tl-buttons">
          <Button
            className="button"
            onPress={() => {
              show(zoomed(range, range.from, 1));
            }}
          >
            Zoom to selection
          </Button>
          <Button
            className="button"
            onPress={() => {
              onRange(null);
            }}
          >
            Clear selection
          </Button>
        </span>
      )}
      <PeriodWords view={settled} />
    </div>
  );
}
