import { memo, useCallback, useState } from 'react';
import type { ReactNode } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useTitle } from '../../page-title.ts';
import { useAfterPaint } from '../../use-after-paint.ts';
import { useInspection } from '../inspector-context.ts';
import { ActorPanel } from './actor-panel.tsx';
import { ActorTree } from './actor-tree.tsx';
import { EventPanel } from './event-panel.tsx';
import { InspectorHeader } from './inspector-header.tsx';
import '../../style/layout.css';
import '../../detail/detail.css';
import '../../words/state-badge.css';
import './inspector.css';

const PARTS = ['actors', 'actor', 'events'] as const;
type Part = (typeof PARTS)[number];

const PART_NAMES: Readonly<Record<Part, string>> = { actors: 'Actors', actor: 'Chosen actor', events: 'Events' };

function isPart(key: unknown): key is Part {
  return PARTS.some((part) => part === key);
}

/** On a screen that has no room for all parts: which one is shown. */
const PartSwitch = memo(function PartSwitch({
  part,
  onPart,
}: {
  readonly part: Part;
  readonly onPart: (part: Part) => void;
}): ReactNode {
  return (
    <nav className="part-switch" aria-label="Parts of the page">
      <ToggleButtonGroup
        aria-label="Shown part"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[part]}
        onSelectionChange={(keys) => {
          const [key] = keys;
          if (isPart(key)) onPart(key);
        }}
      >
        {PARTS.map((one) => (
          <ToggleButton key={one} id={one} className="button">
            {PART_NAMES[one]}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </nav>
  );
});

/** The whole page of the inspector. */
export function InspectorPage(): ReactNode {
  const hostName = useInspection(
    ({ context: { recording, health } }) => recording?.host.name ?? health?.name ?? 'Coredinator',
  );
  const isRecording = useInspection(({ context }) => context.recording !== null);
  const isStale = useInspection(({ context }) => context.recording === null && context.lostAt !== null);
  useTitle(`${isStale ? '(!) ' : ''}${hostName} – ${isRecording ? 'recording' : 'inspector'}`);
  const [part, setPart] = useState<Part>('actors');
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = useAfterPaint(chosen);
  const choose = useCallback((id: string) => {
    setChosen(id);
  }, []);
  return (
    <div className="inspector" data-part={part} data-stale={isStale || undefined}>
      <InspectorHeader hostName={hostName} />
      <PartSwitch part={part} onPart={setPart} />
      <ActorTree hostName={hostName} chosen={chosen} onChoose={choose} />
      <main className="inspector-main">
        <ActorPanel id={shown} />
        <EventPanel onChoose={choose} chosen={shown} />
      </main>
    </div>
  );
}
