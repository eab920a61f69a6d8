import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { LaunchStatusRegistry } from '../../../lib/launching/launch-status-registry.ts';
import { RetriedLedgerWrite } from '../../../lib/launching/retried-ledger-write.ts';
import { Slots } from '../../../lib/launching/slots.ts';

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const PUMP = parseServiceId('pump');
const FIRST = parseLaunchId('1'.repeat(32));
const SECOND = parseLaunchId('2'.repeat(32));

describe('a retried ledger write', () => {
  it('is made at once if the store is available', async () => {
    let onWritten = 0;
    const ledgerWrite = new RetriedLedgerWrite(
      () => Promise.resolve(),
      () => (onWritten += 1),
      SILENT,
    );
    await ledgerWrite.writeNow();
    await ledgerWrite.writeNow();
    expect(onWritten).to.equal(1);
  });

  it('is made later if the store is unavailable, and rejects in the meantime', async () => {
    let isAway = true;
    let onWritten = 0;
    const write = async (): Promise<void> => {
      await Promise.resolve();
      if (isAway) throw new Error('away');
    };
    const ledgerWrite = new RetriedLedgerWrite(write, () => (onWritten += 1), SILENT);
    const refusals: string[] = [];
    for (let i = 0; i < 2; i += 1) await ledgerWrite.writeNow().catch((error: unknown) => refusals.push(String(error)));
    expect(refusals).to.deep.equal(['Error: away', 'Error: away']);
    expect(onWritten).to.equal(0);
    isAway = false;
    await ledgerWrite.writeNow();
    expect(onWritten).to.equal(1);
  });

  it('is tried again after 0.25 s, then at growing intervals up to 10 s', async () => {
    const timers = new SimulatedClock();
    const tries: number[] = [];
    const write = (): Promise<void> => {
      tries.push(timers.now());
      return tries.length < 9 ? Promise.reject(new Error('away')) : Promise.resolve();
    };
    let onWritten = 0;
    new RetriedLedgerWrite(write, () => (onWritten += 1), SILENT, timers);
    for (let passed = 0; passed < 60_000; passed += 250) {
      await new Promise((resolve) => setImmediate(resolve));
      timers.increment(250);
    }
    expect(tries).to.deep.equal([0, 250, 750, 1_750, 3_750, 7_750, 15_750, 25_750, 35_750]);
    expect(onWritten).to.equal(1);
  });

  it('is made once for simultaneous callers', async () => {
    let writes = 0;
    const ledgerWrite = new RetriedLedgerWrite(
      () => {
        writes += 1;
        return Promise.resolve();
      },
      () => undefined,
      SILENT,
    );
    await Promise.all([ledgerWrite.writeNow(), ledgerWrite.writeNow()]);
    expect(writes).to.equal(1);
  });

  it('is not made once it was given up', async () => {
    let isWritten = false;
    const ledgerWrite = new RetriedLedgerWrite(
      () => Promise.resolve(),
      () => (isWritten = true),
      SILENT,
    );
    ledgerWrite.giveUp();
    await ledgerWrite.writeNow();
    await Promise.resolve();
    expect(isWritten).to.equal(false);
  });
});

describe('slots', () => {
  it('let a limited number of callers in, and the others in order', async () => {
    const slots = new Slots(2);
    const entered: number[] = [];
    for (const who of [1, 2, 3, 4]) void slots.enter().then(() => entered.push(who));
    await Promise.resolve();
    expect(entered).to.deep.equal([1, 2]);
    slots.leave();
    await Promise.resolve();
    expect(entered).to.deep.equal([1, 2, 3]);
    slots.leave();
    slots.leave();
    slots.leave();
    await Promise.resolve();
    expect(entered).to.deep.equal([1, 2, 3, 4]);
    slots.leave();
    await slots.enter();
    await slots.enter();
  });
});

describe('the launch status registry', () => {
  const exit = { code: 0, signal: null, at: 5, isKnown: true };

  it('answers only for the newest launch of a service', async () => {
    const status = new LaunchStatusRegistry({ now: () => 7, random: () => 0.5 });
    status.put(PUMP, { status: 'exited', generation: 1, launchId: FIRST, exit });
    status.put(PUMP, { status: 'revoked', generation: 2, launchId: SECOND });
    const told = (launchId: typeof FIRST): Promise<unknown> =>
      new Promise((exited) => status.observe(launchId, { exited }));
    const unknown = { code: null, signal: null, at: 7, isKnown: false };
    expect(await told(FIRST)).to.deep.equal(unknown);
    expect(await told(SECOND)).to.deep.equal(unknown);
    expect(status.get(PUMP)).to.include({ status: 'revoked' });
  });
});
