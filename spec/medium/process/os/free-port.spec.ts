import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ephemeralRange, portFinder } from '../../../../lib/process/os/free-port.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

async function listening(host: string, port = 0): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port }; // it listens on a port
}

describe('a free port', () => {
  it('can be listened on, is none of those that are taken, and is not ephemeral', async () => {
    const { first, last } = ephemeralRange();
    const finder = portFinder();
    const taken = new Set<number>();
    for (let round = 0; round < 20; round += 1) {
      const port = await finder.find(taken);
      expect(taken.has(port)).to.equal(false);
      expect(port < first || port > last, `${port} is in ${first}-${last}`).to.equal(true);
      taken.add(port);
    }
    (await listening('127.0.0.1', [...taken][0])).server.close();
  });

  it('is not one on which somebody listens, on either loopback address or on all', async () => {
    for (const host of ['127.0.0.1', '0.0.0.0', '::1']) {
      const { server, port } = await listening(host);
      const finder = portFinder();
      expect(await finder.isFree(port), host).to.equal(false);
      server.close();
      await once(server, 'close');
      expect(await finder.isFree(port), host).to.equal(true);
    }
  });

  it('that is taken is traced to the program that listens, not to one that is only connected', async function () {
    if (process.platform !== 'linux') this.skip();
    for (const host of ['127.0.0.1', '::1']) {
      const { server, port } = await listening(host);
      const script = `require('net').connect(${port}, '${host}').on('connect', () => console.log('up'))`;
      const client = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(client.stdout, 'data');
      expect(await portFinder().holder(port), host).to.match(new RegExp(`^\\S.* \\(pid ${process.pid}\\)$`));
      client.kill();
      await once(client, 'exit');
      server.close();
      await once(server, 'close');
      expect(await portFinder().holder(port), host).to.equal(null);
    }
  });

  it('is the next one after a place of its own', async () => {
    const finder = portFinder({ first: 10_003, last: 65_535 }, () => 0.5);
    const [one, two] = [await finder.find(new Set()), await finder.find(new Set([10_001]))];
    expect([one, two]).to.deep.equal([10_001, 10_002]);
    expect(String(await finder.find(new Set([10_000, 10_001, 10_002])).catch((error: unknown) => error))).to.contain(
      'No free port was found',
    );
  });

  it('is taken from everywhere where the system uses all ports for connections', async () => {
    expect(await portFinder({ first: 1, last: 65_535 }, () => 0).find(new Set())).to.be.at.least(10_000);
  });

  it('stays out of the range that the system names, or that is recommended', () => {
    const file = join(temporaryFolder(), 'range');
    const read = (text: string): unknown => {
      writeFileSync(file, text);
      return ephemeralRange(file);
    };
    expect(read('32768\t60999\n')).to.deep.equal({ first: 32_768, last: 60_999 });
    const recommended = { first: 49_152, last: 65_535 };
    expect([read(''), read('x y'), read('9 8'), ephemeralRange(`${file}-gone`)]).to.deep.equal(
      Array.from({ length: 4 }, () => recommended),
    );
  });
});
