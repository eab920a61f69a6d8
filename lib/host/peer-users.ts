import { readFileSync } from 'node:fs';
import type { PeerAddress, PeerUsers } from '../http/access/command-source.ts';

/** The columns of proc_net_tcp(5), counted from the local address on. */
const REMOTE = 1;
const UID = 6;

/** The users of loopback connections according to `/proc/net/tcp` and `tcp6`; on other systems than Linux nobody. */
export function kernelPeerUsers(nameOf: (uid: number) => string | null): PeerUsers {
  const names = new Map<number, string>();
  const tables = new TablesOfTurn();
  return {
    userOf: (peer) => {
      const end = loopbackEnd(peer);
      if (end === null) return null;
      try {
        const uid = uidIn(tables.of(end.file), end);
        if (uid === null) return null;
        const name = names.get(uid) ?? nameOf(uid) ?? String(uid);
        names.set(uid, name);
        return name;
      } catch {
        return null; // there is no such file, or it may not be read
      }
    },
  };
}

/**
 * The tables as they were read in this turn of the event loop. Who sends a request in it was accepted in an earlier one, so the tables contain
 * all their connections: 1,000 that arrive together take one reading.
 */
class TablesOfTurn {
  readonly #tables = new Map<string, string>();

  of(file: string): string {
    const known = this.#tables.get(file);
    if (known !== undefined) return known;
    const table = readFileSync(file, 'utf8');
    if (this.#tables.size === 0) {
      setImmediate(() => {
        this.#tables.clear();
      });
    }
    this.#tables.set(file, table);
    return table;
  }
}

interface LoopbackEnd {
  readonly file: string;
  readonly address: string;
  readonly port: string;
  readonly hostPort: string;
}

/** The client's end of a connection as the kernel writes it; null: it is not from this machine. */
function loopbackEnd({ address, port, hostPort }: PeerAddress): LoopbackEnd | null {
  const ports = { port: hex(port, 4), hostPort: hex(hostPort, 4) };
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (plain === '::1') return { file: '/proc/net/tcp6', address: `${'0'.repeat(24)}01000000`, ...ports };
  if (!plain.startsWith('127.')) return null;
  const bytes = plain.split('.').map(Number).reverse();
  return { file: '/proc/net/tcp', address: bytes.map((byte) => hex(byte, 2)).join(''), ...ports };
}

function uidIn(table: string, { address, port, hostPort }: LoopbackEnd): number | null {
  const local = `: ${address}:${port} `; // the number of a line ends with a colon; no other column follows one
  for (let at = table.indexOf(local); at !== -1; at = table.indexOf(local, at + 1)) {
    const fields = table.slice(at + 2, table.indexOf('\n', at)).split(/\s+/);
    if (fields[REMOTE]?.endsWith(`:${hostPort}`) === true) return Number(fields[UID]);
  }
  return null;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
