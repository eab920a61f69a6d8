import { createHash } from 'node:crypto';
import { PROBLEM_KINDS } from './problem.ts';
import { plainRoute } from './route.ts';
import type { Route, RouteWords } from './route.ts';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 1rem 0.35rem 0; border-bottom: 1px solid #d8dee4; }
code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
tr:target { background: #fff8c5; }
@media (prefers-color-scheme: dark) {
  body { color: #d1d7e0; background: #15191f; }
  th, td { border-color: #3d444d; }
  tr:target { background: #3b3416; }
}
`;

/** Nothing but the page's own style sheet: no script, no frame, no request to anywhere. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

type Documented = RouteWords & Partial<Pick<Route, 'body' | 'query'>>;

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

function routeRow({ method, path, aliases = [], summary, body = null, query = null }: Documented): string {
  const paths = [path, ...aliases].map((one) => `<code>${escaped(one.replace(/:(\w+)/g, '{$1}'))}</code>`).join('<br>');
  const fields = [body, query].flatMap((schema) => (schema === null ? [] : Object.keys(schema.shape)));
  return `<tr><td><code>${method}</code></td><td>${paths}</td><td>${escaped(summary)}</td><td><code>${escaped(fields.join(' '))}</code></td></tr>`;
}

function problemRows(): string {
  const rows = Object.entries(PROBLEM_KINDS).map(
    ([code, { status, title }]) =>
      `<tr id="${code}"><td>${status}</td><td><code>${code}</code></td><td>${escaped(title)}</td></tr>`,
  );
  return rows.join('\n');
}

function page(routes: readonly Documented[], version: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Coredinator API</title><style>${STYLE}</style></head>
<body>
<h1>Coredinator ${escaped(version)}</h1>
<h2>Routes</h2>
<table><tr><th>Method</th><th>Path</th><th>What it does</th><th>Fields</th></tr>
${routes.map(routeRow).join('\n')}
</table>
<h2>Problems</h2>
<p>Errors are <code>application/problem+json</code>; <code>type</code> points here.</p>
<table><tr><th>Status</th><th>Code</th><th>Title</th></tr>
${problemRows()}
</table>
</body>
</html>
`;
}

const ROOT: RouteWords = { method: 'GET', path: '/', summary: 'Redirects to the documentation.' };
const DOCS: RouteWords = { method: 'GET', path: '/docs', summary: 'This page.' };

/** The documentation page, made once from the table of routes, and the way to it. */
export function docsRoutes(routes: readonly Route[], version: string): readonly Route[] {
  const html = page([...routes, ROOT, DOCS], version);
  return [
    plainRoute(ROOT, (ctx) => {
      ctx.redirect('/docs');
    }),
    plainRoute(DOCS, (ctx) => {
      ctx.set({ 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff' });
      ctx.type = 'html';
      ctx.body = html;
    }),
  ];
}
