import { escaped } from './static-files.ts';

/** What the pages of a host say about it. */
export interface HostLabel {
  readonly name: string;
  readonly version: string;
}

/** The title of a page, as HTML: with several hosts in the tabs of a browser, their names come first. */
export function titleOf({ name }: HostLabel, page: string): string {
  return `<title>${escaped(name)} – ${escaped(page)}</title>`;
}

/** The way from another page to the dashboard, as HTML. */
export function dashboardLink({ name }: HostLabel): string {
  return `<a href="/ui/">${escaped(name)}</a>`;
}
