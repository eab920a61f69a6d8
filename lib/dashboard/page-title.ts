import { useEffect } from 'react';
import { useStaleSince, useWorld } from './host-context.ts';
import type { Route } from './world/route.ts';

/** Sets the title of the tab, and restores nothing: whoever is shown next sets its own. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function subjectOf(route: Route): string {
  if (route.type === 'timeline') return 'Timeline';
  return route.type === 'nothing' ? 'Coredinator' : route.id;
}

/**
 * The title of a page: how much needs attention, the host, and what is shown. A count that may be outdated is no count:
 * without a connection there is an exclamation mark in its place.
 */
export function usePageTitle(route: Route, problems: number): void {
  const isStale = useStaleSince() !== null;
  const name = useWorld((world) => world.health?.name ?? 'Coredinator');
  const count = isStale ? '(!) ' : problems > 0 ? `(${problems}) ` : '';
  const what = isStale ? 'no connection' : subjectOf(route);
  useTitle(what === name ? `${count}${name}` : `${count}${name} – ${what}`);
}
