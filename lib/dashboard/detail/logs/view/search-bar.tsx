import { useEffect, useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { Button, Input, Label, SearchField, ToggleButton } from 'react-aria-components';
import type { SnapshotFrom } from 'xstate';
import type { Search, searchMachine } from '../../../../frontend/logs/search-machine.ts';
import { searchWords } from '../../../../frontend/logs/search-words.ts';

interface SearchBarProps {
  readonly search: Search;
  readonly found: SnapshotFrom<typeof searchMachine>;
  readonly onSearch: (search: Search) => void;
  readonly onMove: (type: 'match.next' | 'match.previous') => void;
}

/** A search of everything that is stored. Enter goes to the next match, Shift+Enter to the one before, `/` comes here. */
export function SearchBar({ search, found, onSearch, onMove }: SearchBarProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const hasMatches = found.context.matches.length > 0;
  useEffect(() => {
    const onSlash = (event: globalThis.KeyboardEvent): void => {
      const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select') !== null;
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', onSlash);
    return () => {
      window.removeEventListener('keydown', onSlash);
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    onMove(event.shiftKey ? 'match.previous' : 'match.next');
  };
  return (
    <div className="log-bar" role="search">
      <SearchField
        className="log-search"
        value={search.text}
        onChange={(text) => {
          onSearch({ ...search, text });
        }}
      >
        <Label className="visually-hidden">Search the output</Label>
        <Input ref={input} placeholder="Search all stored output" onKeyDown={onKeyDown} />
      </SearchField>
      <ToggleButton
        className="choice-button log-expression"
        aria-label="Regular expression"
        isSelected={search.isExpression}
        onChange={(isExpression) => {
          onSearch({ ...search, isExpression });
        }}
      >
        .*
      </ToggleButton>
      {(['match.previous', 'match.next'] as const).map((type) => (
        <Button
          key={type}
          className="button log-move"
          aria-label={type === 'match.next' ? 'Next match' : 'Previous match'}
          isDisabled={!hasMatches}
          onPress={() => {
            onMove(type);
          }}
        >
          {type === 'match.next' ? '↓' : '↑'}
        </Button>
      ))}
      <span className="log-count" role="status">
        {searchWords(found)}
      </span>
    </div>
  );
}
