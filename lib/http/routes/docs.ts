import type { DOCS_OPERATIONS } from '../../api/operations/host.ts';
import type { HostLabel } from '../host-label.ts';
import type { Context } from '../request-context.ts';
import type { HandlersOf } from '../route.ts';
import { assetsFolder, sendFile } from '../static-files.ts';
import type { StaticFolder } from '../static-files.ts';
import { DOCS_POLICY, docsPage } from './docs-page.ts';

const NAMES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'page.css', 'start.js'];
const ASSETS: StaticFolder = {
  url: assetsFolder('docs'),
  what: 'documentation',
  cacheControl: 'private, max-age=3600',
  has: (name) => NAMES.includes(name),
};

function sendPage(ctx: Context, html: string): void {
  ctx.set({ 'Content-Security-Policy': DOCS_POLICY, 'X-Content-Type-Options': 'nosniff' });
  ctx.type = 'html';
  ctx.body = html;
}

/** Programs accept anything, or name no page; every browser names one. */
function isBrowser(ctx: Context): boolean {
  return /(^|[\s,])text\/html\s*($|[,;])/i.test(ctx.get('Accept'));
}

/** The handlers of the documentation; the document is created on the first request. */
export function docsHandlers(host: HostLabel): HandlersOf<typeof DOCS_OPERATIONS> {
  const html = docsPage(host);
  let document: Promise<Readonly<Record<string, unknown>>> | null = null;
  const load = async (): Promise<Readonly<Record<string, unknown>>> => {
    const { openApiDocument } = await import('../../api/document.ts');
    return { ...openApiDocument(host.version) };
  };
  return {
    getRoot: {
      write: ({ ctx }) => {
        ctx.vary('Accept');
        ctx.redirect(isBrowser(ctx) ? '/ui' : '/docs');
      },
    },
    getDocs: {
      write: ({ ctx }) => {
        sendPage(ctx, html);
      },
    },
    getDocsAsset: { write: ({ ctx }) => sendFile(ctx, ASSETS, ctx.params?.['name'] ?? '') },
    getOpenApi: () => (document ??= load()),
  };
}
