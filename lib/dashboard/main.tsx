import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { HostContext } from './host-context.ts';
import { openHost } from './host.ts';
import './style/base.css';

const place = document.getElementById('app');
if (place === null) throw new Error('The page has no place for the dashboard: index.html lacks the element "app".');

createRoot(place).render(
  <HostContext value={openHost(window.location.origin)}>
    <App />
  </HostContext>,
);
