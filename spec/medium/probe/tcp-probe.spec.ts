import { expect } from 'chai';
import type { ProbeCheck } from '../../../lib/model/probe.ts';
import { eventually } from '../../support/eventually.ts';
import { ProbeWorld } from '../../support/probe-world.ts';

function tcpCheck(port: number, host = '127.0.0.1'): ProbeCheck {
  return { type: 'tcp', host, port };
}

describe('a probe by TCP', function () {
  this.timeout(20_000); // real connections on a machine that may be busy
  let world: ProbeWorld;

  beforeEach(() => {
    world = new ProbeWorld();
  });

  afterEach(() => world.dispose());

  it('passes when a connection is accepted, says nothing and leaves', async () => {
    let received = 0;
    const port = await world.tcp((socket) => {
      socket.on('data', (chunk) => (received += chunk.length));
    });
    expect(await world.verdict(tcpCheck(port))).to.equal('passed');
    await eventually(() => {
      expect(world.connections).to.equal(0);
    });
    expect(received).to.equal(0);
  });

  it('fails when nothing listens', async () => {
    const port = await world.freePort();
    expect(await world.verdict(tcpCheck(port))).to.equal(`nothing listens on 127.0.0.1:${port} (ECONNREFUSED)`);
  });

  it('fails when the host is not known', async () => {
    expect(await world.verdict(tcpCheck(7101, 'no-such-host.invalid'))).to.match(
      /^the host of no-such-host\.invalid:7101 is not known \(E\w+\)$/,
    );
  });

  it('takes a port that does not exist for a failed check', async () => {
    expect(await world.verdict(tcpCheck(70_000))).to.match(/^the check could not be made: /);
  });
});
