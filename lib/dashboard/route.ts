import { useMemo, useSyncExternalStore } from 'react';
import { formatRoute, parseRoute } from './world/route.ts';
import type { Route } from './world/route.ts';

function subscribe(watcher: () => void): () => void {
  window.addEventListener('hashchange', watcher);
  return () => {
    window.removeEventListener('hashchange', watcher);
  };
}

/** The fragment of the page's address. */
export function useHash(): string {
  return useSyncExternalStore(subscribe, () => window.location.hash);
}

/** The current view, according to the page's address. */
export function useRoute(): Route {
  const hash = useHash();
  return useMemo(() => parseRoute(hash), [hash]);
}

/** Replaces the fragment of the address without a new entry in the history of the browser. */
export function replaceHash(hash: string): void {
  if (window.location.hash === hash) return;
  const { pathname, search } = window.location;
  window.history.replaceState(window.history.state, '', `${pathname}${search}${hash}`);
  window.dispatchEvent(new Event('hashchange')); // replacing it notifies nobody
}

/** Shows another view; the browser's back button returns to the previous one. */
export function goTo(route: Route): void {
  window.location.hash = formatRoute(route);
}
