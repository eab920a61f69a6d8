import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { Hub, type HubOptions } from './hub.ts';
import type { Permission, ViewerSocket } from './viewer.ts';

/** What viewers send is ignored, so they need no more than this. */
const MAX_PAYLOAD_BYTES = 1_024;
/** How long a viewer may take to say goodbye. */
const GOODBYE_MS = 500;

/** The hub behind WebSockets. */
export interface Inspector {
  /** Takes over the connection of a request that asks for a WebSocket and that may come in, for as long as `permission` holds. */
  readonly accept: (req: IncomingMessage, socket: Duplex, head: Buffer, permission: Permission) => void;
  /** Tells every viewer that the host leaves, and cuts those off that do not answer. */
  close(): void;
  /** How many watch now. */
  readonly viewers: number;
}

function viewerSocket(socket: WebSocket): ViewerSocket {
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (text, written) => {
      socket.send(text, written); // its error says only that the connection is gone, of which `close` tells
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

/** An inspector over a running actor system. */
export function openInspector(options: Omit<HubOptions, 'boot'> & { readonly boot?: string }): Inspector {
  const { timers, boot = randomUUID() } = options;
  const hub = new Hub({ ...options, boot });
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD_BYTES, perMessageDeflate: false });
  const join = (socket: WebSocket, permission: Permission): void => {
    // A protocol error of the viewer; ws closes the connection by itself.
    socket.on('error', (err) => {
      options.log.debug({ err }, 'the connection of a viewer broke');
    });
    const watching = hub.join(viewerSocket(socket), permission);
    socket.on('pong', () => watching?.heard());
    socket.on('close', () => watching?.left());
  };
  return {
    accept: (req, socket, head, permission) => {
      server.handleUpgrade(req, socket, head, (opened) => {
        join(opened, permission);
      });
    },
    close: () => {
      hub.close();
      for (const socket of server.clients) {
        timers.setTimeout(() => {
          socket.terminate();
        }, GOODBYE_MS);
      }
    },
    get viewers() {
      return hub.viewers;
    },
  };
}
