/** The hosted inspector of XState's makers. */
export const DEFAULT_INSPECTOR_URL = 'https://stately.ai/inspect';

/**
 * The normalized URL of a page that can be opened in a browser; null if the text is no such URL or contains a password.
 */
export function inspectorUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isPage = url.protocol === 'https:' || url.protocol === 'http:';
  return isPage && url.username === '' && url.password === '' ? url.href : null;
}
