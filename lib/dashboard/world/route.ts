/** The tabs of the detail view of a service. */
export const SERVICE_TABS = ['overview', 'history', 'logs', 'resources', 'dependencies'] as const;
export type ServiceTab = (typeof SERVICE_TABS)[number];

/** What the page shows next to the list. */
export type Route =
  | { readonly type: 'nothing' }
  | { readonly type: 'timeline' }
  | { readonly type: 'service'; readonly id: string; readonly tab: ServiceTab }
  | { readonly type: 'agent'; readonly id: string };

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null; // a truncated address shows nothing
  }
}

function isTab(text: string): text is ServiceTab {
  return SERVICE_TABS.some((tab) => tab === text);
}

/** Parses the fragment of an address: `#/services/ID/TAB`, `#/agents/ID` or `#/timeline`, each of which may have a query. Anything else shows nothing. */
export function parseRoute(hash: string): Route {
  const [path = ''] = hash.split('?'); // the query is for the view
  const [, section, part = '', tab = ''] = path.split('/');
  if (section === 'timeline') return { type: 'timeline' };
  const id = decoded(part);
  if (id === null || id === '') return { type: 'nothing' };
  if (section === 'agents') return { type: 'agent', id };
  if (section === 'services') return { type: 'service', id, tab: isTab(tab) ? tab : 'overview' };
  return { type: 'nothing' };
}

/** Formats a route for {@link parseRoute}. */
export function formatRoute(route: Route): string {
  switch (route.type) {
    case 'nothing':
      return '#/';
    case 'timeline':
      return '#/timeline';
    case 'agent':
      return `#/agents/${encodeURIComponent(route.id)}`;
    case 'service': {
      const end = route.tab === 'overview' ? '' : `/${route.tab}`;
      return `#/services/${encodeURIComponent(route.id)}${end}`;
    }
  }
}
