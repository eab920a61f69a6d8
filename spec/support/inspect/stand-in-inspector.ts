import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Frame, Page } from 'playwright-core';
import type { InspectMessage } from './fake-viewer-socket.ts';

/**
 * Does the same as createBrowserReceiver of @statelyai/inspect: greets the opener of the page, and accepts messages
 * with a type and a version.
 */
const PAGE = `<!doctype html><title>stand-in</title><h1>stand-in</h1><script>
window.received = [];
addEventListener('message', ({ data, origin }) => {
  if (data && typeof data.type === 'string' && typeof data._version === 'string') received.push({ ...data, origin });
});
const target = window.self === window.top ? window.opener : window.parent;
target?.postMessage({ type: '@statelyai.connected' }, '*');
</script>`;

/** A page from another origin than the host, instead of the hosted inspector. */
export class StandInInspector {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static start(): Promise<StandInInspector> {
    const server = createServer(({ url }, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(url === '/silent' ? '<!doctype html><title>silent</title>' : PAGE);
    });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve(new StandInInspector(server));
      });
    });
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo; // it listens on an address
    return `http://127.0.0.1:${port}/inspect`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}

/** The messages that the page has received since it was loaded. */
export async function receivedBy(place: Page | Frame): Promise<readonly InspectMessage[]> {
  return await place.evaluate<InspectMessage[]>('window.received ?? []'); // set by the page above
}
