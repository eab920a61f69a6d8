import type { DASHBOARD_OPERATIONS } from '../../api/operations/dashboard.ts';
import type { Context } from '../request-context.ts';
import type { HandlersOf } from '../route.ts';
import { assetsFolder, sendFile } from '../static-files.ts';
import type { StaticFolder } from '../static-files.ts';

/** Everything from this host and nothing inline: output of services shown on the page cannot add scripts or styles. */
const POLICY = [
  "default-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE: StaticFolder = {
  url: assetsFolder('ui'),
  what: 'dashboard',
  cacheControl: 'no-cache',
  has: (name) => name === 'index.html',
};

/** File names include a hash of the content, so they can be cached for ever. */
const FILES: StaticFolder = {
  url: new URL('assets/', PAGE.url),
  what: 'dashboard',
  cacheControl: 'private, max-age=31536000, immutable',
  has: (name) => /^[\w-]+\.(?:css|js|svg)$/.test(name),
};

/** Responds with the page, which shows by its address what was requested. */
export async function sendDashboard(ctx: Context): Promise<void> {
  ctx.set({ 'Content-Security-Policy': POLICY });
  await sendFile(ctx, PAGE, 'index.html');
}

/** The handlers of the dashboard. */
export function dashboardHandlers(): HandlersOf<typeof DASHBOARD_OPERATIONS> {
  return {
    getDashboard: { write: ({ ctx }) => sendDashboard(ctx) },
    getDashboardAsset: { write: ({ ctx }) => sendFile(ctx, FILES, ctx.params?.['name'] ?? '') },
  };
}
