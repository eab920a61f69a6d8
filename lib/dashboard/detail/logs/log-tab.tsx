import { useDeferredValue, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import {
  Input,
  Label,
  SearchField,
  SwitchButton,
  SwitchField,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import { Problem } from '../../words/problem.tsx';
import { found, MAX_LINES } from './lines.ts';
import { LogLines } from './log-lines.tsx';
import { useLines } from './use-lines.ts';
import { useSearch } from './use-search.ts';
import type { SearchResult } from './use-search.ts';
import type { Stream } from './use-lines.ts';
import './logs.css';

const STREAMS: readonly Stream[] = ['both', 'stdout', 'stderr'];

interface StreamChoiceProps {
  readonly stream: Stream;
  readonly onChoose: (stream: Stream) => void;
}

function StreamChoice({ stream, onChoose }: StreamChoiceProps): ReactNode {
  return (
    <ToggleButtonGroup
      className="choice"
      aria-label="Stream"
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[stream]}
      onSelectionChange={(keys) => {
        onChoose(STREAMS.find((one) => keys.has(one)) ?? 'both');
      }}
    >
      {STREAMS.map((one) => (
        <ToggleButton key={one} id={one} className="choice-button">
          {one}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

function countOfSearch({ rows, progress, isCut }: SearchResult): string {
  const lines = `${isCut ? 'the first ' : ''}${rows.length} matching ${rows.length === 1 ? 'line' : 'lines'}`;
  return progress === null ? `${lines} in all stored output` : `${lines}; searched ${Math.floor(progress * 100)} %`;
}

function countOf(all: number, shown: number, text: string, dropped: number): string {
  if (text !== '') return `${shown} of ${all} lines contain “${text}”`;
  return dropped === 0 ? `${all} lines` : `the last ${MAX_LINES} lines`;
}

/** The output of a service, with follow, search and stream selection. */
export function LogTab({ id }: { readonly id: string }): ReactNode {
  const [stream, setStream] = useState<Stream>('both');
  const [text, setText] = useState('');
  const [isFollowing, setFollowing] = useState(true);
  const { rows, dropped, problem } = useLines(id, stream);
  const [isOfAll, setOfAll] = useState(false);
  const searched = useDeferredValue(text);
  const shown = useMemo(() => found(rows, searched), [rows, searched]);
  const result = useSearch(id, stream, isOfAll && text !== '' ? text : null);
  return (
    <section className="logs" aria-label="Logs">
      <div className="log-bar">
        <SearchField className="log-search" value={text} onChange={setText}>
          <Label className="visually-hidden">Search the output</Label>
          <Input placeholder="Search" />
        </SearchField>
        <SwitchField isSelected={isOfAll} onChange={setOfAll}>
          <SwitchButton className="switch">
            <span className="switch-track" aria-hidden="true" />
            All stored output
          </SwitchButton>
        </SwitchField>
        <StreamChoice stream={stream} onChoose={setStream} />
        <SwitchField isSelected={isFollowing} onChange={setFollowing}>
          <SwitchButton className="switch">
            <span className="switch-track" aria-hidden="true" />
            Follow
          </SwitchButton>
        </SwitchField>
        <span className="log-count" role="status">
          {result === null ? countOf(rows.length, shown.length, searched, dropped) : countOfSearch(result)}
        </span>
      </div>
      <Problem sentence={result?.problem ?? problem} />
      <LogLines
        rows={result?.rows ?? shown}
        text={searched}
        isFollowing={isFollowing && result === null}
        onFollow={setFollowing}
      />
    </section>
  );
}
