import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { FindFreePort } from '../../ports/port-registry.ts';

/** The system chooses the ports; a port that belongs to a service is kept open while another one is requested. */
const MAX_TRIES = 1_000;

/** Gets a free port of the loopback address from the system; the port is free again when this resolves. */
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
    throw new Error(`The system offered ${MAX_TRIES} ports, all of which already belong to services.`);
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
