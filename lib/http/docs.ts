import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { DOCS_OPERATIONS } from '../api/operations/host.ts';
import { DOCS_POLICY, docsPage, START_SCRIPT } from './docs-page.ts';
import { RequestError } from './problem.ts';
import type { Context, HandlersOf } from './route.ts';

/** Where the build puts the files of the page; as far from the sources as from the built files. */
const ASSETS = new URL('../../dist/assets/docs/', import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
};
const MAX_AGE_S = 3600;

async function sendAsset(ctx: Context): Promise<void> {
  const name = ctx.params?.['name'] ?? '';
  const type = TYPES[name];
  if (name === 'start.js') {
    ctx.type = 'text/javascript';
    ctx.body = START_SCRIPT;
    return;
  }
  if (type === undefined) {
    throw new RequestError('route_not_found', `The documentation has no file "${name}"; GET /docs shows it.`);
  }
  const file = new URL(name, ASSETS);
  const { size } = await stat(file).catch((cause: unknown) => {
    throw new RequestError('route_not_found', `"${name}" was not built; run npm run build.`, { cause });
  });
  ctx.set({ 'Cache-Control': `private, max-age=${MAX_AGE_S}` });
  ctx.type = type;
  ctx.length = size;
  ctx.body = createReadStream(file);
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
    getDocsAsset: { write: ({ ctx }) => sendAsset(ctx) },
    getOpenApi: () => (document ??= load()),
  };
}
