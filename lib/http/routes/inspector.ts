import type { INSPECTOR_OPERATIONS } from '../../api/operations/inspector.ts';
import type { HostLabel } from '../host-label.ts';
import type { HandlersOf } from '../route.ts';
import { assetsFolder, sendFile, type StaticFolder } from '../static-files.ts';
import { sendDashboard } from './dashboard.ts';
import { statelyPage, statelyPolicy } from './stately-page.ts';

const NAMES = ['bridge.js', 'bridge.css'];
const ASSETS: StaticFolder = {
  url: assetsFolder('inspector'),
  what: 'page of the Stately inspector',
  cacheControl: 'private, max-age=3600',
  has: (name) => NAMES.includes(name),
};

/** The handlers of the inspector, and of the page that opens another one at `url`. */
export function inspectorHandlers(url: string, host: HostLabel): HandlersOf<typeof INSPECTOR_OPERATIONS> {
  const html = statelyPage(url, host);
  const policy = statelyPolicy(url);
  return {
    getInspector: { write: ({ ctx }) => sendDashboard(ctx) },
    getStatelyInspector: {
      write: ({ ctx }) => {
        // Any other opener policy would cut the connection to the window that this page opens.
        ctx.set({ 'Content-Security-Policy': policy, 'Cross-Origin-Opener-Policy': 'unsafe-none' });
        ctx.type = 'html';
        ctx.body = html;
      },
    },
    getInspectorAsset: { write: ({ ctx }) => sendFile(ctx, ASSETS, ctx.params?.['name'] ?? '') },
  };
}
