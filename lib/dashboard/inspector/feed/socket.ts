import { fromCallback } from 'xstate';
import type { Inbox } from './inbox.ts';

/** What the connection reports. */
export type SocketEvent =
  | { readonly type: 'socket.opened' }
  /** The inbox was empty, and is no longer. */
  | { readonly type: 'socket.received' }
  /** `reason`: a sentence of the host; empty: none. */
  | { readonly type: 'socket.closed'; readonly code: number; readonly reason: string };

/** Opens the connection of a viewer to a host, and puts its messages into the inbox; each frame has one in each line. */
export const hostSocket = fromCallback<SocketEvent, { readonly url: URL; readonly inbox: Inbox }>(
  ({ sendBack, input: { url, inbox } }) => {
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => {
      sendBack({ type: 'socket.opened' });
    });
    socket.addEventListener('message', ({ data }) => {
      const { isEmpty } = inbox;
      for (const text of String(data).split('\n')) inbox.add(text);
      if (isEmpty) sendBack({ type: 'socket.received' });
    });
    socket.addEventListener('close', ({ code, reason }) => {
      sendBack({ type: 'socket.closed', code, reason });
    });
    return () => {
      socket.close();
    };
  },
);
