import { dashboardLink, titleOf, type HostLabel } from '../host-label.ts';
import { escaped } from '../static-files.ts';

/**
 * The content security policy of the page: its own files, requests to this host, and one frame with the inspector's
 * origin. `url` is absolute.
 */
export function statelyPolicy(url: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    "connect-src 'self'",
    `frame-src ${new URL(url).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The page that opens the inspector at `url` and forwards to it what this host sends. */
export function statelyPage(url: string, host: HostLabel): string {
  const { origin } = new URL(url);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
${titleOf(host, 'Stately inspector')}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/inspector/assets/bridge.css">
</head>
<body data-inspector-url="${escaped(url)}">
<header>
<h1>${dashboardLink(host)}: Stately inspector</h1>
<p class="about">Shows the live statecharts of this host in the inspector at <b>${escaped(origin)}</b>. This page forwards the
host's data to it within this browser. The data contains no environment values and no tokens.
<a href="/inspector">The inspector of the host itself</a> needs no other page.</p>
<dl>
<div><dt>Inspector</dt><dd><span id="inspector" role="status">opening…</span></dd></div>
<div><dt>Host</dt><dd><span id="host" role="status">waiting for the inspector</span></dd></div>
<div><dt>Actors</dt><dd id="actors">0</dd></div>
</dl>
<p class="actions">
<button type="button" id="popup">Open in a window</button>
<button type="button" id="frame" hidden>Show here</button>
<button type="button" id="reload">Reload the inspector</button>
</p>
<p class="note" id="note" role="alert" hidden></p>
<noscript><p class="note">This page requires JavaScript.</p></noscript>
</header>
<main>
<iframe id="view" title="Stately inspector" referrerpolicy="no-referrer"
 sandbox="allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads"></iframe>
</main>
<script type="module" src="/inspector/assets/bridge.js"></script>
</body>
</html>
`;
}
