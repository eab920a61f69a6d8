import { titleOf, type HostLabel } from '../host-label.ts';
import type { Context } from '../request-context.ts';
import { escaped } from '../static-files.ts';

/** Scripts, styles and requests only from and to this host; forms can be sent only by script. */
const SIGN_IN_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The style of the page, light and dark. */
export const SIGN_IN_STYLE = `:root {
  color-scheme: light dark;
  --ground: #f6f8fa; --sheet: #fff; --ink: #1b1f24; --quiet: #57606a; --line: #8c959f; --accent: #0550ae; --on-accent: #fff; --bad: #a40e26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d1117; --sheet: #161b22; --ink: #e6edf3; --quiet: #9da7b3; --line: #6e7681; --accent: #79c0ff; --on-accent: #0d1117; --bad: #ffa198;
  }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
main { width: 100%; max-width: 24rem; padding: 2rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; }
h1 { margin: 0; font-size: 1.25rem; }
p { margin: 0.5rem 0 0; color: var(--quiet); }
label { display: block; margin-top: 1.25rem; font-weight: 600; }
input, button { width: 100%; margin-top: 0.375rem; padding: 0.5rem 0.75rem; font: inherit; border-radius: 6px; }
input { color: inherit; background: var(--ground); border: 1px solid var(--line); }
button { margin-top: 1rem; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); font-weight: 600; cursor: pointer; }
button:disabled { opacity: 0.6; cursor: default; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
[role='alert'] { min-height: 1.5em; color: var(--bad); }
`;

/** The script of the page: it sends the token once and stores nothing. */
export const SIGN_IN_SCRIPT = `const form = document.querySelector('form');
const field = form.querySelector('input');
const button = form.querySelector('button');
const alert = document.querySelector('[role=alert]');

async function reasonOf(answer) {
  const problem = await answer.json().catch(() => null);
  return problem?.detail ?? 'Sign-in failed: the host answered ' + answer.status + '.';
}

async function refusal() {
  const token = field.value.trim();
  if (!/^[\\x21-\\x7e]+$/.test(token)) return 'Tokens contain only printable ASCII characters and no spaces.';
  const headers = { accept: 'application/json', authorization: 'Bearer ' + token };
  try {
    const answer = await fetch('/api/session', { method: 'POST', headers });
    return answer.ok ? null : await reasonOf(answer);
  } catch {
    return 'The host does not answer. Check that it is running.';
  }
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  button.disabled = true;
  alert.textContent = '';
  const reason = await refusal();
  if (reason === null) {
    location.reload();
    return;
  }
  button.disabled = false;
  alert.textContent = reason;
  field.setAttribute('aria-invalid', 'true');
  field.select();
});
`;

/** The page that a browser gets with a 401. It reveals only the host's name and version, as the health does. */
function signInPage(host: HostLabel, why: string | null): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
${titleOf(host, 'sign in')}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/sign-in.css">
</head>
<body>
<main>
<h1>${escaped(host.name)}</h1>
${why === null ? '' : `<p><strong>${escaped(why)}</strong></p>`}
<p>Enter the access token for ${escaped(host.name)}. Coredinator ${escaped(host.version)}</p>
<form>
<label for="token">Access token</label>
<input id="token" type="password" autocomplete="current-password" spellcheck="false" required autofocus aria-describedby="problem">
<button>Sign in</button>
</form>
<p id="problem" role="alert"></p>
<noscript><p>Signing in requires JavaScript. Programs send “Authorization: Bearer TOKEN”.</p></noscript>
</main>
<script src="/sign-in.js"></script>
</body>
</html>
`;
}

/** Responds with the sign-in page, which says `why` a browser that had signed in has to do so again; the status is the one set before. */
export function sendSignInPage(ctx: Context, host: HostLabel, why: string | null): void {
  ctx.set({ 'Content-Security-Policy': SIGN_IN_POLICY });
  ctx.type = 'html';
  ctx.body = signInPage(host, why);
}
