import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { PortFinder } from '../../ports/port-registry.ts';
import { codeOf } from './error-code.ts';
import { portHolder } from './port-holder.ts';

/** A range of ports, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Well-known services have lower ports. */
const LOWEST = 10_000;
const HIGHEST = 65_535;
/** The recommendation of IANA, for systems that do not report their range. */
const RECOMMENDED: PortRange = { first: 49_152, last: HIGHEST };
const MAX_TRIES = 1_000;
const LOOPBACK = ['127.0.0.1', '::1'] as const;

/** The ephemeral ports of this machine, from which the system takes one for each outgoing connection. */
export function ephemeralRange(file = '/proc/sys/net/ipv4/ip_local_port_range'): PortRange {
  try {
    const [first = NaN, last = NaN] = readFileSync(file, 'utf8').trim().split(/\s+/).map(Number);
    return first >= 1 && last <= HIGHEST && first <= last ? { first, last } : RECOMMENDED;
  } catch {
    return RECOMMENDED;
  }
}

/**
 * Finds ports on this machine, but no ephemeral ones: any connection could be using such a port when the service
 * starts.
 */
export function portFinder(ephemeral = ephemeralRange(), random: () => number = Math.random): PortFinder {
  return {
    isFree,
    holder: (port) => portHolder(port),
    find: async (taken) => {
      const all = portsOutside(ephemeral).filter((port) => !taken.has(port));
      // Hosts on the same machine do not know each other; a random start makes collisions unlikely.
      const start = Math.floor(random() * all.length);
      const candidates = [...all.slice(start), ...all.slice(0, start)].slice(0, MAX_TRIES);
      for (const port of candidates) if (await isFree(port)) return port;
      throw new Error(
        `No free port was found: ${candidates.length} ports were tried, and another program listens on each.`,
      );
    },
  };
}

/** The ports that are not ephemeral; if all are, all of them. */
function portsOutside({ first, last }: PortRange): readonly number[] {
  const all = Array.from({ length: HIGHEST - LOWEST + 1 }, (_, index) => LOWEST + index);
  const outside = all.filter((port) => port < first || port > last);
  return outside.length > 0 ? outside : all;
}

async function isFree(port: number): Promise<boolean> {
  for (const host of LOOPBACK) if (!(await canListen(port, host))) return false;
  return true;
}

/** Whether the port is free on that host. On a machine without IPv6, every port of an IPv6 address is. */
function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => {
      resolve(codeOf(error) === 'EADDRNOTAVAIL' || codeOf(error) === 'EAFNOSUPPORT');
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
