import { expect } from 'chai';
import { NodeVitals } from '../../lib/metrics/host-vitals.ts';
import { eventually } from '../support/eventually.ts';

/** Blocks the event loop. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('the vitals of a host', function () {
  this.timeout(20_000);

  it('measure the delay of its timers, and return a reading again for one second', async () => {
    const vitals = new NodeVitals();
    const first = vitals.read();
    expect(first.cores).to.equal(null);
    expect(first.residentBytes).to.be.greaterThan(1024 * 1024);
    expect(vitals.read()).to.equal(first);
    const second = await eventually(() => {
      block(200);
      const reading = vitals.read();
      if (reading === first) throw new Error('it is still fresh');
      return reading;
    });
    expect(second.cpuSeconds).to.be.at.least(first.cpuSeconds);
    expect(second.cores).to.be.at.least(0);
    expect(second.loopLag?.maxMs).to.be.at.least(100);
  });
});
