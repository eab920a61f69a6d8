import { createServer } from 'node:net';
import { examineSocket } from '../unix-socket.ts';
import { fail, ok, type Check, type Finding, type CheckContext } from '../check.ts';

const TIMEOUT_MS = 2_000;

/** The program that uses a port; `pid` null: not a Coredinator host. */
export interface Occupant {
  readonly pid: number | null;
}

/** Checks the result of a bind (null: success) and the program that uses the port. */
export function judgePort(place: string, code: string | null, occupant: Occupant, ownPid: number | null): Finding {
  if (code === null) return ok(`${place} is free.`);
  if (code !== 'EADDRINUSE') {
    const remedy =
      code === 'EACCES' ? 'Use a port above 1023 with --port.' : 'Use an address of this machine with --host.';
    return fail(`Cannot listen on ${place} (${code}).`, remedy);
  }
  const remedy = 'Use another port with --port (0: any free port), or stop the program that uses it.';
  if (occupant.pid === null) return fail(`Another program uses ${place}.`, remedy);
  if (occupant.pid === ownPid) return ok(`The host of this state directory (pid ${ownPid}) answers on ${place}.`);
  return fail(`The host of another state directory (pid ${occupant.pid}) answers on ${place}.`, remedy);
}

/** The error code of a bind; null: success. */
function refusalOf(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? 'UNKNOWN');
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => {
        resolve(null);
      });
    });
  });
}

async function occupantOf(place: string, port: number, { lock }: CheckContext): Promise<Occupant> {
  // The host has reported this address itself; this also covers a host that requires https or another name.
  if (lock.isHeld && lock.url !== null && portOf(lock.url) === port) return { pid: lock.pid };
  try {
    const answer = await fetch(`http://${place}/api/healthcheck`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = await answer.json();
    const isOurs = typeof body === 'object' && body !== null && 'service' in body && body.service === 'coredinator';
    return { pid: isOurs && 'process_id' in body && typeof body.process_id === 'number' ? body.process_id : null };
  } catch {
    return { pid: null }; // not an HTTP server, or it does not answer us
  }
}

/** Null: not a TCP address, for example a Unix socket. */
function portOf(url: string): number | null {
  const { port, protocol } = new URL(url);
  const standard = { 'http:': 80, 'https:': 443 }[protocol] ?? null;
  return port === '' ? standard : Number(port);
}

/** Whether the API could listen. */
export const port: Check = {
  id: 'port',
  title: 'Port or socket',
  examine: async (context) => {
    const { place, lock } = context;
    if (place.type === 'unix') return examineSocket(place.path, lock);
    const { host, port: wanted } = place;
    const name = `${host.includes(':') ? `[${host}]` : host}:${wanted}`;
    if (wanted === 0) return ok('Any free port will be used.');
    const code = await refusalOf(host, wanted);
    const occupant = code === 'EADDRINUSE' ? await occupantOf(name, wanted, context) : { pid: null };
    return judgePort(name, code, occupant, lock.isHeld ? lock.pid : null);
  },
};
