import { expect } from 'chai';
import { ProcessTable } from '../../../lib/process/os/process-table.ts';

/** A table whose readings take at least this long, and when they began and ended. */
function tableOf(ms: number): { readonly table: ProcessTable; readonly readings: { began: number; ended: number }[] } {
  const readings: { began: number; ended: number }[] = [];
  const table = new ProcessTable(() => {
    const began = performance.now();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    readings.push({ began, ended: performance.now() });
    return [];
  });
  return { table, readings };
}

/** How long the first reading took, and the pause after it. */
async function pauseAfter(ms: number): Promise<{ readonly length: number; readonly pause: number }> {
  const { table, readings } = tableOf(ms);
  await table.read();
  await table.read();
  const [first, second] = readings;
  return { length: first!.ended - first!.began, pause: second!.began - first!.ended };
}

describe('the process table', function () {
  this.timeout(20_000);

  it('is read once for all who ask before the reading begins', async () => {
    const { table, readings } = tableOf(0);
    await Promise.all([table.read(), table.read(), table.read()]);
    expect(readings).to.have.length(1);
  });

  it('is read again after a pause of four times the length of the reading', async () => {
    const { length, pause } = await pauseAfter(50);
    expect(pause).to.be.greaterThan(4 * Math.min(length, 250) - 5);
  });

  it('is read again a second after one that stood still for long', async () => {
    const { pause } = await pauseAfter(1_000);
    expect(pause).to.be.within(995, 3_000);
  });
});
