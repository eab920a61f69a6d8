import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { Hub, type HubOptions } from './hub.ts';
import type { MessageForm } from './messages.ts';
import type { Permission, ViewerSocket } from './viewer.ts';

/** Messages from viewers are ignored, so they need no more than this. */
const MAX_PAYLOAD_BYTES = 1_024;
/** How long a viewer may take to close its side. */
const CLOSE_TIMEOUT_MS = 500;

/** Serves the hub over WebSockets. */
export interface Inspector {
  /** Accepts an admitted WebSocket request; the connection is closed when `permission` becomes invalid. */
  readonly accept: (req: IncomingMessage, socket: Duplex, head: Buffer, permission: Permission) => void;
  /** Closes all connections, and destroys those whose viewers do not close theirs in time. */
  close(): void;
  /** The number of connected viewers. */
  readonly viewers: number;
}

/** `?form=compact` in the address of a viewer. */
function formOf({ url = '' }: IncomingMessage): MessageForm {
  const [, query = ''] = url.split('?');
  return new URLSearchParams(query).get('form') === 'compact' ? 'compact' : 'full';
}

function viewerSocket(socket: WebSocket): ViewerSocket {
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (text, written) => {
      socket.send(text, written); // its error only says that the connection is closed, which `close` reports
    },
    ping: () => {
      socket.ping();
    },
    close: (code, reason) => {
      socket.close(code, reason);
    },
    terminate: () => {
      socket.terminate();
    },
  };
}

/** Opens an inspector for running actor systems. */
export function openInspector(options: Omit<HubOptions, 'boot'> & { readonly boot?: string }): Inspector {
  const { timers, boot = randomUUID() } = options;
  const hub = new Hub({ ...options, boot });
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD_BYTES, perMessageDeflate: false });
  const join = (socket: WebSocket, permission: Permission, form: MessageForm): void => {
    // A protocol error of the viewer; ws closes the connection itself.
    socket.on('error', (err) => {
      options.log.debug({ err }, 'the connection to a viewer broke');
    });
    const handle = hub.join(viewerSocket(socket), permission, form);
    socket.on('pong', () => handle?.markAlive());
    socket.on('close', () => handle?.leave());
  };
  return {
    accept: (req, socket, head, permission) => {
      server.handleUpgrade(req, socket, head, (opened) => {
        join(opened, permission, formOf(req));
      });
    },
    close: () => {
      hub.close();
      for (const socket of server.clients) {
        timers.setTimeout(() => {
          socket.terminate();
        }, CLOSE_TIMEOUT_MS);
      }
    },
    get viewers() {
      return hub.viewers;
    },
  };
}
