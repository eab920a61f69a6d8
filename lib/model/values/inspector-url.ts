/** The inspector of the makers of XState. */
export const DEFAULT_INSPECTOR_URL = 'https://stately.ai/inspect';

/** A page that can be opened in a browser, in its full form; null: the text is no such URL, or holds a password. */
export function inspectorUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isPage = url.protocol === 'https:' || url.protocol === 'http:';
  return isPage && url.username === '' && url.password === '' ? url.href : null;
}
