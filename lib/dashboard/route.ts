import { useMemo, useSyncExternalStore } from 'react';
import { formatRoute, parseRoute } from './world/route.ts';
import type { Route } from './world/route.ts';

function subscribe(watcher: () => void): () => void {
  window.addEventListener('hashchange', watcher);
  return () => {
    window.removeEventListener('hashchange', watcher);
  };
}

/** What the page shows now, as its address says. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

/** Shows something else; the way back leads to what was shown before. */
export function goTo(route: Route): void {
  window.location.hash = formatRoute(route);
}
