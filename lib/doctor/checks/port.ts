import { createServer } from 'node:net';
import { examineSocket } from '../unix-socket.ts';
import { fail, ok, type Check, type Finding, type Patient } from '../check.ts';

const PATIENCE_MS = 2_000;

/** Who answers on a port that is taken; `pid` null: no coredinator. */
export interface Occupant {
  readonly pid: number | null;
}

/** Judges what the system said to a bind (null: nothing against it) and who was there. */
export function judgePort(place: string, code: string | null, occupant: Occupant, ownPid: number | null): Finding {
  if (code === null) return ok(`${place} is free.`);
  if (code !== 'EADDRINUSE') {
    const remedy =
      code === 'EACCES' ? 'Give a port above 1023 with --port.' : 'Give an address of this machine with --host.';
    return fail(`Cannot listen on ${place} (${code}).`, remedy);
  }
  const remedy = 'Give another one with --port (0 takes any free one), or stop what listens there.';
  if (occupant.pid === null) return fail(`Another program listens on ${place}.`, remedy);
  if (occupant.pid === ownPid) return ok(`The host of this state directory (pid ${ownPid}) answers on ${place}.`);
  return fail(`The host of another state directory (pid ${occupant.pid}) answers on ${place}.`, remedy);
}

/** What the system says to a bind; null: nothing against it. */
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

async function occupantOf(place: string, port: number, { lock }: Patient): Promise<Occupant> {
  // The host itself has said that it is there, also where it wants https or another name.
  if (lock.isHeld && lock.url !== null && portOf(lock.url) === port) return { pid: lock.pid };
  try {
    const answer = await fetch(`http://${place}/api/healthcheck`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const body: unknown = await answer.json();
    const isOurs = typeof body === 'object' && body !== null && 'service' in body && body.service === 'coredinator';
    return { pid: isOurs && 'process_id' in body && typeof body.process_id === 'number' ? body.process_id : null };
  } catch {
    return { pid: null }; // it speaks no HTTP, or not to us
  }
}

/** Null: no address of TCP, such as that of a Unix socket. */
function portOf(url: string): number | null {
  const { port, protocol } = new URL(url);
  const standard = { 'http:': 80, 'https:': 443 }[protocol] ?? null;
  return port === '' ? standard : Number(port);
}

/** Whether the API could listen. */
export const port: Check = {
  id: 'port',
  title: 'Port or socket',
  examine: async (patient) => {
    const { place, lock } = patient;
    if (place.type === 'unix') return examineSocket(place.path, lock);
    const { host, port: wanted } = place;
    const name = `${host.includes(':') ? `[${host}]` : host}:${wanted}`;
    if (wanted === 0) return ok('Any free port is taken.');
    const code = await refusalOf(host, wanted);
    const occupant = code === 'EADDRINUSE' ? await occupantOf(name, wanted, patient) : { pid: null };
    return judgePort(name, code, occupant, lock.isHeld ? lock.pid : null);
  },
};
