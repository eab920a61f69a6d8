import { expect } from 'chai';
import { Connections } from '../../../lib/http/server/connections.ts';

function admitted(connections: Connections, address: string | undefined, tries: number): number {
  return Array.from({ length: tries }, () => connections.admit(address)).filter((leave) => leave !== null).length;
}

describe('the connections of a host', () => {
  const limits = { total: 10, reservedForLocal: 2, perAddress: 3 };

  it('are limited for each address of the network, and for each IPv6 /64', () => {
    const connections = new Connections(limits);
    expect(admitted(connections, '192.0.2.1', 5)).to.equal(3);
    expect(admitted(connections, '::ffff:192.0.2.1', 1)).to.equal(0);
    expect(admitted(connections, '2001:db8::1', 2)).to.equal(2);
    expect(admitted(connections, '2001:db8:0:0:1:2:3:4', 2)).to.equal(1);
    expect(admitted(connections, '2001:db8:0:1::1', 1)).to.equal(1);
  });

  it('leave room for this machine, whatever comes from the network', () => {
    const connections = new Connections(limits);
    const taken = [1, 2, 3, 4, 5].map((host) => admitted(connections, `192.0.2.${host}`, 3));
    expect(taken).to.deep.equal([3, 3, 2, 0, 0]);
    for (const local of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', undefined]) {
      expect(admitted(connections, local, 4), local).to.equal(4);
    }
  });

  it('make room when they are closed', () => {
    const connections = new Connections(limits);
    const leave = connections.admit('192.0.2.1');
    expect(admitted(connections, '192.0.2.1', 3)).to.equal(2);
    leave?.();
    expect(admitted(connections, '192.0.2.1', 3)).to.equal(1);
  });
});
