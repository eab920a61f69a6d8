import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { HostContext } from './host-context.ts';
import { openHost } from './host.ts';
import './style/base.css';

const place = document.getElementById('app');
if (place === null) throw new Error('The page has no place for the dashboard: index.html lacks the element "app".');

// A host that wants to know who asks shows its sign-in page instead of this one.
const host = openHost(window.location.origin, () => {
  window.location.reload();
});

createRoot(place).render(
  <HostContext value={host}>
    <App />
  </HostContext>,
);
