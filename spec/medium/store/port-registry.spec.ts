import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { PortRegistry } from '../../../lib/ports/port-registry.ts';
import { findFreePort } from '../../../lib/process/os/free-port.ts';
import { MemoryPortRegistry } from '../../support/memory-port-registry.ts';
import { closeStores, newStoreFile, openedStore } from '../../support/opened-store.ts';
import { expectUnavailable } from '../../support/store-contract.ts';

const a = parseServiceId('a');
const b = parseServiceId('b');

/** A finder that returns 5001, 5002, … and skips taken ports. */
function counting(): (taken: ReadonlySet<number>) => Promise<number> {
  return (taken) => {
    let port = 5_001;
    while (taken.has(port)) port += 1;
    return Promise.resolve(port);
  };
}

const BOOKS: Readonly<Record<string, () => Promise<PortRegistry>>> = {
  'in SQLite': async () => (await openedStore()).portRegistry(counting()),
  'in memory': () => Promise.resolve(new MemoryPortRegistry()),
};

for (const [name, open] of Object.entries(BOOKS)) {
  describe(`The port registry ${name}`, () => {
    afterEach(closeStores);

    it('gives each service its own port for each name, and always the same one', async () => {
      const book = await open();
      const asked = [
        [a, 'http'],
        [a, 'grpc'],
        [b, 'http'],
      ] as const;
      const first = await Promise.all(asked.map(([id, port]) => book.portOf(id, port)));
      expect(new Set(first).size).to.equal(3);
      expect(await Promise.all(asked.map(([id, port]) => book.portOf(id, port)))).to.deep.equal(first);
    });

    it('returns the same port to simultaneous callers', async () => {
      const book = await open();
      const ports = await Promise.all(Array.from({ length: 20 }, () => book.portOf(a, 'http')));
      expect(new Set(ports).size).to.equal(1);
    });
  });
}

describe('The port registry of a store', () => {
  afterEach(closeStores);

  it('is kept for the next host', async () => {
    const file = newStoreFile();
    const first = await openedStore({ file });
    const port = await first.portRegistry(findFreePort).portOf(a, 'http');
    await first.close();
    const second = await openedStore({ file });
    expect(await second.portRegistry(() => Promise.reject(new Error('no port is needed'))).portOf(a, 'http')).to.equal(
      port,
    );
  });

  it('rejects if no port is found or the store cannot be written, and handles the next request', async () => {
    const store = await openedStore();
    let isOut = true;
    const book = store.portRegistry((taken) => (isOut ? Promise.reject(new Error('out of ports')) : counting()(taken)));
    expect(String(await book.portOf(a, 'http').catch((error: unknown) => error))).to.contain('out of ports');
    isOut = false;
    expect(await book.portOf(a, 'http')).to.equal(5_001);
    await store.close();
    await expectUnavailable(book.portOf(b, 'http'));
  });
});

describe('A free port', () => {
  it('can be listened on, and is not taken', async () => {
    const taken = new Set<number>();
    for (let round = 0; round < 20; round += 1) {
      const port = await findFreePort(taken);
      expect(taken.has(port)).to.equal(false);
      taken.add(port);
    }
    const server = createServer().listen([...taken][0], '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });
});
