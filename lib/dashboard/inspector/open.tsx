import type { Root } from 'react-dom/client';
import { createActor } from 'xstate';
import { createClient } from '../../client/client.ts';
import { inspectorMachine } from './feed/machine.ts';
import { InspectorContext } from './inspector-context.ts';
import { InspectorPage } from './view/inspector-page.tsx';

/** Shows the inspector of the host of this page. */
export function openInspector(root: Root): void {
  const client = createClient({ url: window.location.origin });
  const socketUrl = new URL('/inspector/ws?form=compact', window.location.href.replace(/^http/, 'ws'));
  const actor = createActor(inspectorMachine, { input: { client, socketUrl, now: Date.now } });
  actor.start();
  root.render(
    <InspectorContext value={{ client, actor }}>
      <InspectorPage />
    </InspectorContext>,
  );
}
