import { expect } from 'chai';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { PortRegistry } from '../../../lib/ports/port-registry.ts';
import { MemoryPortRegistry } from '../../support/store/memory-port-registry.ts';
import { closeStores, newStoreFile, openedStore } from '../../support/store/opened-store.ts';
import { expectUnavailable } from '../../support/store/store-contract.ts';

const a = parseServiceId('a');
const b = parseServiceId('b');

/** Gives 20000, 20001, … and skips what is taken by services or by other programs. */
function counting(busy: ReadonlySet<number> = new Set()) {
  return {
    isFree: (port: number) => Promise.resolve(!busy.has(port)),
    holder: () => Promise.resolve(null),
    find: (taken: ReadonlySet<number>) => {
      let port = 20_000;
      while (taken.has(port) || busy.has(port)) port += 1;
      return Promise.resolve(port);
    },
  };
}

/** A registry, and the ports on which other programs listen. */
interface Opened {
  readonly registry: PortRegistry;
  readonly busy: Set<number>;
}

const REGISTRIES: Readonly<Record<string, () => Promise<Opened>>> = {
  'in SQLite': async () => {
    const busy = new Set<number>();
    return { registry: await (await openedStore()).portRegistry(counting(busy)), busy };
  },
  'in memory': () => {
    const registry = new MemoryPortRegistry();
    return Promise.resolve({ registry, busy: registry.taken });
  },
};

for (const [name, open] of Object.entries(REGISTRIES)) {
  describe(`The port registry ${name}`, () => {
    afterEach(closeStores);

    it('gives each service a port of its own for each name, and leaves it', async () => {
      const { registry } = await open();
      expect(registry.known(a)).to.deep.equal({});
      expect(await registry.assign(a, ['http', 'grpc'])).to.deep.equal([]);
      expect(await registry.assign(b, ['http'])).to.deep.equal([]);
      expect(await registry.assign(a, ['http', 'grpc', 'more'])).to.deep.equal([]);
      expect(registry.known(a)).to.deep.equal({ http: 20_000, grpc: 20_001, more: 20_003 });
      expect(registry.known(b)).to.deep.equal({ http: 20_002 });
      expect(registry.owners()).to.have.members([a, b]);
    });

    it('gives no port twice, however many ask at the same time', async () => {
      const { registry } = await open();
      const ids = Array.from({ length: 20 }, (_, index) => parseServiceId(`s${index}`));
      await Promise.all(ids.map((id) => registry.assign(id, ['http'])));
      expect(new Set(ids.map((id) => registry.known(id)['http'])).size).to.equal(20);
    });

    it('replaces a port on which another program listens, and only that', async () => {
      const { registry, busy } = await open();
      await registry.assign(a, ['http', 'grpc']);
      busy.add(20_000);
      expect(await registry.isFree(20_000)).to.equal(false);
      expect(await registry.assign(a, ['http', 'grpc'])).to.deep.equal([{ name: 'http', from: 20_000, to: 20_002 }]);
      expect(registry.known(a)).to.deep.equal({ http: 20_002, grpc: 20_001 });
    });

    it('takes the ports of a service back, and gives them to others', async () => {
      const { registry } = await open();
      await registry.assign(a, ['http']);
      const released = registry.release(a);
      expect(registry.known(a)).to.deep.equal({});
      await released;
      expect(registry.owners()).to.deep.equal([]);
      await registry.assign(b, ['http']);
      expect(registry.known(b)).to.deep.equal({ http: 20_000 });
    });
  });
}

describe('The port registry of a store', () => {
  afterEach(closeStores);

  it('is remembered by the next host', async () => {
    const file = newStoreFile();
    const first = await openedStore({ file });
    const registry = await first.portRegistry(counting());
    await registry.assign(a, ['http']);
    await registry.assign(b, ['http']);
    await registry.release(a);
    await first.close();
    const second = await (await openedStore({ file })).portRegistry(counting());
    expect([second.known(a), second.known(b)]).to.deep.equal([{}, { http: 20_001 }]);
  });

  it('tells when there is no port or the store cannot keep one, and goes on', async () => {
    const store = await openedStore();
    let isOut = true;
    const { find, isFree, holder } = counting();
    const registry = await store.portRegistry({
      isFree,
      holder,
      find: (taken) => (isOut ? Promise.reject(new Error('out of ports')) : find(taken)),
    });
    expect(String(await registry.assign(a, ['http']).catch((error: unknown) => error))).to.contain('out of ports');
    isOut = false;
    await registry.assign(a, ['http']);
    expect(registry.known(a)).to.deep.equal({ http: 20_000 });
    await store.close();
    await expectUnavailable(registry.assign(b, ['http']));
    await expectUnavailable(registry.release(a));
    expect([registry.known(a), registry.known(b)]).to.deep.equal([{ http: 20_000 }, {}]);
  });
});
