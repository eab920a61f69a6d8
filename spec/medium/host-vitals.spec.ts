import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { NodeVitals } from '../../lib/metrics/host-vitals.ts';
import { Metrics } from '../../lib/metrics/metrics.ts';
import { valueIn } from '../support/built/exposed.ts';
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
    expect(first.loopLag).to.equal(null);
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

  it('sample the event loop only while somebody reads it', async () => {
    let stop = (): void => undefined;
    const vitals = new NodeVitals({ setTimeout: (wake) => (stop = wake), clearTimeout: () => undefined });
    await pause(200);
    expect(vitals.read().loopLag, 'before the first reading').to.equal(null);
    await pause(1_100);
    expect(vitals.read().loopLag?.meanMs, 'while it is read').to.be.within(0, 1_000);
    stop(); // a minute later
    await pause(1_100);
    expect(vitals.read().loopLag, 'after a minute without a reading').to.equal(null);
    await pause(1_100);
    expect(vitals.read().loopLag?.meanMs, 'while it is read again').to.be.within(0, 1_000);
  });
});

describe('the metrics of the host process', () => {
  it('have samples of the event loop at the first scrape', async () => {
    const { exposition } = new Metrics({ version: '1.2.3', startedAt: Date.now() });
    const text = await exposition.text();
    for (const name of ['min', 'mean', 'p99', 'max']) {
      expect(valueIn(text, `nodejs_eventloop_lag_${name}_seconds`), name).to.be.within(0.02, 5);
    }
    expect(valueIn(text, 'process_resident_memory_bytes')).to.be.greaterThan(1024 * 1024);
  });
});
