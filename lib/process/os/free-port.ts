import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { FindFreePort } from '../../ports/port-registry.ts';

/** The system gives ports out in its own order; one that is taken is held back while it is asked for another. */
const MAX_TRIES = 1_000;

/** Asks the system for a free port of the loopback address; the port is free again when this resolves. */
export const findFreePort: FindFreePort = async (taken) => {
  const held: Server[] = [];
  try {
    while (held.length < MAX_TRIES) {
      const server = createServer();
      held.push(server);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (typeof address === 'object' && address !== null && !taken.has(address.port)) return address.port;
    }
    throw new Error(`The system gave ${MAX_TRIES} ports that all belong to services already.`);
  } finally {
    await Promise.all(held.map(closed));
  }
};

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
