import { expect } from 'chai';
import { hostOf } from '../../../lib/probe/network.ts';

describe('the host that a check asks', () => {
  it('is the one of its configuration for a launch on this machine', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1', 'opc.plant'])
      expect(hostOf(host, { address: '127.0.0.1' })).to.equal(host);
  });

  it('is the address of a launch that runs elsewhere, where it is the service itself', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1'])
      expect(hostOf(host, { address: '10.1.2.3' })).to.equal('10.1.2.3');
    expect(hostOf('opc.plant', { address: '10.1.2.3' })).to.equal('opc.plant');
  });
});
