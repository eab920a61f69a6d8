import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { HostContext } from './host-context.ts';
import { openHost } from './host.ts';
import './style/base.css';

const container = document.getElementById('app');
if (container === null) throw new Error('The page has no element "app" for the dashboard.');

createRoot(container).render(
  <HostContext value={openHost(window.location.origin)}>
    <App />
  </HostContext>,
);
