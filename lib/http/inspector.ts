import type { INSPECTOR_OPERATIONS } from '../api/operations/inspector.ts';
import { sendAsset, type Assets } from './assets.ts';
import { inspectorPage, inspectorPolicy } from './inspector-page.ts';
import type { HandlersOf } from './route.ts';

const ASSETS: Assets = {
  folder: 'inspector',
  types: { 'bridge.js': 'text/javascript', 'bridge.css': 'text/css' },
  page: '/inspector',
};

/** The handlers of the page that feeds the inspector at `url`. */
export function inspectorHandlers(url: string): HandlersOf<typeof INSPECTOR_OPERATIONS> {
  const html = inspectorPage(url);
  const policy = inspectorPolicy(url);
  return {
    getInspector: {
      write: ({ ctx }) => {
        // Any other opener policy would cut this page off from the window that it opens.
        ctx.set({ 'Content-Security-Policy': policy, 'Cross-Origin-Opener-Policy': 'unsafe-none' });
        ctx.type = 'html';
        ctx.body = html;
      },
    },
    getInspectorAsset: { write: ({ ctx }) => sendAsset(ctx, ASSETS) },
  };
}
