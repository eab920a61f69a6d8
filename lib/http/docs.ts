import type { DOCS_OPERATIONS } from '../api/operations/host.ts';
import { sendAsset, type Assets } from './assets.ts';
import { DOCS_POLICY, docsPage, START_SCRIPT } from './docs-page.ts';
import type { Context, HandlersOf } from './route.ts';

const ASSETS: Assets = {
  folder: 'docs',
  types: { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript' },
  page: '/docs',
};

async function sendDocsAsset(ctx: Context): Promise<void> {
  if (ctx.params?.['name'] !== 'start.js') return sendAsset(ctx, ASSETS);
  ctx.type = 'text/javascript';
  ctx.body = START_SCRIPT;
}

function sendPage(ctx: Context, html: string): void {
  ctx.set({ 'Content-Security-Policy': DOCS_POLICY, 'X-Content-Type-Options': 'nosniff' });
  ctx.type = 'html';
  ctx.body = html;
}

/** The handlers of the documentation: the document is made when it is first asked for. */
export function docsHandlers(version: string): HandlersOf<typeof DOCS_OPERATIONS> {
  const html = docsPage(version);
  let document: Promise<Readonly<Record<string, unknown>>> | null = null;
  const load = async (): Promise<Readonly<Record<string, unknown>>> => {
    const { openApiDocument } = await import('../api/document.ts');
    return { ...openApiDocument(version) };
  };
  return {
    getRoot: {
      write: ({ ctx }) => {
        ctx.redirect('/docs');
      },
    },
    getDocs: {
      write: ({ ctx }) => {
        sendPage(ctx, html);
      },
    },
    getDocsAsset: { write: ({ ctx }) => sendDocsAsset(ctx) },
    getOpenApi: () => (document ??= load()),
  };
}
