import { expect } from 'chai';
import type { ProbeCheck } from '../../../lib/model/probe.ts';
import { eventually } from '../../support/eventually.ts';
import { ProbeWorld } from '../../support/probe/probe-world.ts';

function tcpCheck(port: number, host = '127.0.0.1'): ProbeCheck {
  return { type: 'tcp', host, port };
}

describe('a TCP probe', function () {
  this.timeout(20_000); // real connections on a possibly busy machine
  let world: ProbeWorld;

  beforeEach(() => {
    world = new ProbeWorld();
  });

  afterEach(() => world.dispose());

  it('passes if a connection is accepted; sends nothing and closes it', async () => {
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

  it('fails if nothing is listening', async () => {
    const port = await world.freePort();
    expect(await world.verdict(tcpCheck(port))).to.equal(`nothing is listening on 127.0.0.1:${port} (ECONNREFUSED)`);
  });

  it('fails if the host name cannot be resolved', async () => {
    expect(await world.verdict(tcpCheck(7101, 'no-such-host.invalid'))).to.match(
      /^the host name of no-such-host\.invalid:7101 cannot be resolved \(E\w+\)$/,
    );
  });

  it('treats an invalid port as a failed check', async () => {
    expect(await world.verdict(tcpCheck(70_000))).to.match(/^the check could not be run: /);
  });
});
