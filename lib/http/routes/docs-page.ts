import { PROBLEM_KINDS } from '../../api/problems.ts';
import { dashboardLink, titleOf, type HostLabel } from '../host-label.ts';
import { escaped } from '../static-files.ts';

/** Scripts, styles and requests only from and to this host. Swagger UI sets style attributes on its elements. */
export const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function problemRows(): string {
  const rows = Object.entries(PROBLEM_KINDS).map(
    ([code, { status, title }]) =>
      `<tr id="${code}"><td>${status}</td><td><code>${code}</code></td><td>${escaped(title)}</td></tr>`,
  );
  return rows.join('\n');
}

/**
 * The documentation page: Swagger UI for the OpenAPI document, and the problem codes to which the `type` of an error
 * points.
 */
export function docsPage(host: HostLabel): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
${titleOf(host, `Coredinator ${host.version} API`)}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="stylesheet" href="/docs/assets/page.css">
</head>
<body>
<nav class="way" aria-label="Dashboard">${dashboardLink(host)}</nav>
<div id="docs"><noscript>The interactive page requires JavaScript. The OpenAPI document is at <a href="/openapi.json">/openapi.json</a>.</noscript></div>
<section class="problems" aria-labelledby="problems">
<h2 id="problems">Problems</h2>
<p>Errors are <code>application/problem+json</code>; their <code>type</code> points here.</p>
<table><tr><th>Status</th><th>Code</th><th>Title</th></tr>
${problemRows()}
</table>
</section>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script type="module" src="/docs/assets/start.js"></script>
</body>
</html>
`;
}
