import { useMemo, useSyncExternalStore } from 'react';
import { formatFilter, parseFilter } from '../../frontend/world/filter.ts';
import type { Filter } from '../../frontend/world/filter.ts';

/** Replacing the address notifies nobody, so whoever does it dispatches this. */
const REPLACED = 'coredinator:filter';

function subscribe(watcher: () => void): () => void {
  window.addEventListener('popstate', watcher);
  window.addEventListener(REPLACED, watcher);
  return () => {
    window.removeEventListener('popstate', watcher);
    window.removeEventListener(REPLACED, watcher);
  };
}

function setFilter(filter: Filter): void {
  const { pathname, hash } = window.location;
  window.history.replaceState(window.history.state, '', `${pathname}${formatFilter(filter)}${hash}`);
  window.dispatchEvent(new Event(REPLACED));
}

/** The filter of the list, which is in the query of the page's address, so that a link to the page has it. */
export function useFilter(): readonly [Filter, (filter: Filter) => void] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  return [useMemo(() => parseFilter(search), [search]), setFilter];
}
