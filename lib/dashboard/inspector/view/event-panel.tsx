import { memo, useDeferredValue, useMemo, useState } from 'react';
import type { Dispatch, ReactNode, SetStateAction } from 'react';
import { Button, Input, Label, SearchField, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useAfterPaint } from '../../use-after-paint.ts';
import { counted } from '../../../frontend/words/amount.ts';
import { useInspection, useInspector, useTape } from '../inspector-context.ts';
import { ALL_EVENTS, matching } from '../model/filter.ts';
import type { EventFilter } from '../model/filter.ts';
import type { MessageEvent } from '../model/message.ts';
import { machineActorOf, nameOf } from '../model/names.ts';
import { lastIndexUpTo, LIVE_LIMITS } from '../model/tape.ts';
import type { TapeRow } from '../model/tape.ts';
import { HOST_ROW } from '../model/tree.ts';
import { EventRows } from './event-rows.tsx';
import type { EventView } from './event-rows.tsx';
import { JsonTree } from './json-tree.tsx';

function PauseButton(): ReactNode {
  const { actor } = useInspector();
  const isPaused = useInspection((snapshot) => snapshot.matches({ view: 'paused' }));
  const heldEvents = useInspection(({ context }) => context.heldEvents);
  const isRecording = useInspection(({ context }) => context.recording !== null);
  if (!isPaused) {
    return (
      <Button
        className="button"
        onPress={() => {
          actor.send({ type: 'pause' });
        }}
      >
        Pause
      </Button>
    );
  }
  return (
    <Button
      className="button button-do"
      onPress={() => {
        actor.send({ type: 'resume' });
      }}
    >
      {isRecording ? 'To the end' : `Resume (${counted(heldEvents, 'event')} since)`}
    </Button>
  );
}

interface FilterFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function FilterField({ label, placeholder, value, onChange }: FilterFieldProps): ReactNode {
  return (
    <SearchField className="event-filter" value={value} onChange={onChange}>
      <Label className="visually-hidden">{label}</Label>
      <Input placeholder={placeholder} />
    </SearchField>
  );
}

/** What the list has, and what it no longer has. */
function Count({
  shown,
  all,
  dropped,
}: {
  readonly shown: number;
  readonly all: number;
  readonly dropped: number;
}): ReactNode {
  const kept = shown === all ? counted(all, 'event') : `${shown} of ${counted(all, 'event')}`;
  return (
    <span className="event-count" role="status">
      {kept}
      {dropped === 0 ? null : `; ${dropped} older ones were dropped (the newest ${LIVE_LIMITS.rows} are kept)`}
    </span>
  );
}

/** The fields of an event. */
function Payload({ row }: { readonly row: TapeRow | null }): ReactNode {
  const tape = useInspection(({ context }) => context.tape);
  const event = useMemo(
    () => (row === null || row.text === '' ? null : (JSON.parse(row.text) as { readonly event: MessageEvent }).event), // of a message about an event
    [row],
  );
  if (row === null)
    return <p className="hint">Choose an event to see what it carries, and the actors as they were after it.</p>;
  return (
    <>
      <p className="payload-head">
        <b>{row.event}</b>
        {row.type === 'event' ? ` from ${nameOf(tape, row.sourceId)} to ${nameOf(tape, row.actorId)}` : null}
        {row.type === 'changed' || row.type === 'missed' ? ` (${nameOf(tape, row.actorId)})` : null}
      </p>
      {event === null ? <p className="hint">There is no message about it.</p> : <JsonTree value={event} />}
    </>
  );
}

interface EventBarProps {
  readonly view: EventView;
  readonly onView: (view: EventView) => void;
  readonly filter: EventFilter;
  readonly onFilter: Dispatch<SetStateAction<EventFilter>>;
  /** Of the chosen actor; null: it has no events of its own. */
  readonly name: string | null;
}

/** How events are shown, and which; apart from what changes with each event. */
const EventBar = memo(function EventBar({ view, onView, filter, onFilter, name }: EventBarProps): ReactNode {
  const change = (part: Partial<EventFilter>): void => {
    onFilter((before) => ({ ...before, ...part }));
  };
  return (
    <>
      <PauseButton />
      <ToggleButtonGroup
        className="view-switch"
        aria-label="Show events as"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[view]}
        onSelectionChange={(keys) => {
          onView(keys.has('sequence') ? 'sequence' : 'list');
        }}
      >
        <ToggleButton id="list" className="button">
          List
        </ToggleButton>
        <ToggleButton id="sequence" className="button">
          Sequence
        </ToggleButton>
      </ToggleButtonGroup>
      <FilterField
        label="Filter by sender or receiver"
        placeholder="Actor"
        value={filter.actor}
        onChange={(actor) => {
          change({ actor });
        }}
      />
      <FilterField
        label="Filter by type of event"
        placeholder="Event"
        value={filter.event}
        onChange={(event) => {
          change({ event });
        }}
      />
      <Button
        className="button"
        isDisabled={name === null}
        onPress={() => {
          change({ actor: name ?? '' });
        }}
      >
        Only the chosen actor
      </Button>
      <ToggleButton
        className="button toggle"
        isSelected={filter.withEffects}
        onChange={(withEffects) => {
          change({ withEffects });
        }}
      >
        Effects
      </ToggleButton>
    </>
  );
});

interface EventPanelProps {
  /** The chosen actor. */
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}

/** The events between the actors, as a list or as a sequence diagram; one of them can be chosen, which pauses the page. */
export const EventPanel = memo(function EventPanel({ chosen, onChoose }: EventPanelProps): ReactNode {
  const { actor: machine } = useInspector();
  const { tape, version } = useTape();
  const chosenMoment = useInspection(({ context }) => context.moment);
  const drawnMoment = useAfterPaint(chosenMoment);
  // A step is marked at once; the end of a pause, after which all rows are drawn again, first on its button.
  const moment = chosenMoment ?? drawnMoment;
  const [view, setView] = useState<EventView>('list');
  const [filter, setFilter] = useState<EventFilter>(ALL_EVENTS);
  // What was pressed is seen at once, and the rows a moment later.
  const used = useDeferredValue(filter);
  const drawn = useDeferredValue(view);
  const rows = useMemo(() => matching(tape, used), [tape, version, used]);
  // The filter may hide the row of the moment: then the listed one before it is marked, and its fields are shown.
  const marked = moment === null ? -1 : lastIndexUpTo(rows, moment);
  const name = chosen === null || chosen === HOST_ROW ? null : nameOf(tape, chosen);
  const choose = (next: TapeRow): void => {
    machine.send({ type: 'moment.chosen', position: next.position });
    const shown = machineActorOf(tape, next.actorId === '' ? null : next.actorId);
    if (shown !== null) onChoose(shown.id);
  };
  return (
    <section className="event-panel" aria-label="Events">
      <div className="event-bar">
        <EventBar view={view} onView={setView} filter={filter} onFilter={setFilter} name={name} />
        <Count shown={rows.length} all={tape.rows.length} dropped={tape.dropped} />
      </div>
      <div className="event-body">
        <EventRows key={drawn} view={drawn} rows={rows} chosen={marked} onChoose={choose} />
        <div className="payload" role="region" aria-label="Chosen event" tabIndex={0}>
          <Payload row={rows[marked] ?? null} />
        </div>
      </div>
    </section>
  );
});
