// The client loads this when it follows a stream. In the page that could be too late: a browser does not load a script again
// that it could not load once, because the host was away at that moment.
import 'eventsource-parser/stream';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { HostContext } from './host-context.ts';
import { openHost } from './host.ts';
import { Problem } from './words/problem.tsx';
import { sentenceOf } from '../frontend/words/sentence.ts';
import './style/base.css';

const container = document.getElementById('app');
if (container === null) throw new Error('The page has no element "app" for the dashboard.');
const root = createRoot(container);

/** The inspector is loaded only where it is opened. */
function openInspector(): void {
  import('./inspector/open.tsx').then(
    ({ openInspector: open }) => {
      open(root);
    },
    (error: unknown) => {
      root.render(<Problem sentence={`The inspector cannot be loaded. Reload the page. (${sentenceOf(error)})`} />);
    },
  );
}

if (/^\/inspector\/?$/.test(window.location.pathname)) openInspector();
else {
  root.render(
    <HostContext value={openHost(window.location.origin)}>
      <App />
    </HostContext>,
  );
}
