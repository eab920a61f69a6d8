import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import { RetryingWriter } from '../../../lib/ports/retrying-writer.ts';
import { rejection } from '../../support/rejection.ts';

describe('a writer that tries again', () => {
  let timers: SimulatedClock;
  let timersSet: number;
  let attempts: { readonly resolve: () => void; readonly reject: (error: Error) => void }[];
  let told: (number | 'written')[];
  let writer: RetryingWriter;

  beforeEach(() => {
    timers = new SimulatedClock();
    timersSet = 0;
    attempts = [];
    told = [];
    writer = new RetryingWriter({
      write: () => new Promise((resolve, reject) => attempts.push({ resolve, reject })),
      onWritten: () => told.push('written'),
      onFailed: (_, retryMs) => told.push(retryMs),
      firstMs: 100,
      slowestMs: 450,
      timers: {
        setTimeout: (wake, ms) => {
          timersSet += 1;
          return timers.setTimeout(wake, ms);
        },
        clearTimeout: (timer) => {
          timersSet -= 1;
          timers.clearTimeout(timer as number); // what setTimeout above gave
        },
      },
    });
  });

  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const fail = async (): Promise<void> => {
    attempts.at(-1)?.reject(new Error('away'));
    await settled();
  };
  const succeed = async (): Promise<void> => {
    attempts.at(-1)?.resolve();
    await settled();
  };

  it('waits twice as long after each failure, up to the slowest', async () => {
    writer.write();
    for (const [failures, ms] of [100, 200, 400, 450, 450].entries()) {
      await fail();
      expect(told.at(-1)).to.equal(ms);
      timers.increment(ms - 1);
      expect(attempts).to.have.length(failures + 1);
      timers.increment(1);
      expect(attempts).to.have.length(failures + 2);
    }
    await succeed();
    expect(told.at(-1)).to.equal('written');
    timers.increment(10_000);
    expect(attempts).to.have.length(6);
  });

  it('begins nothing while an attempt is under way, or waits for its time', async () => {
    writer.write();
    writer.write();
    writer.writeLater();
    writer.retryNow();
    expect(attempts).to.have.length(1);
    await fail();
    writer.write();
    writer.writeLater();
    expect(attempts).to.have.length(1);
    timers.increment(100);
    expect(attempts).to.have.length(2);
  });

  it('starts a scheduled attempt immediately on request, and only once', async () => {
    writer.retryNow();
    expect(attempts).to.have.length(0);
    writer.write();
    await fail();
    timers.increment(50);
    writer.retryNow();
    expect(attempts).to.have.length(2);
    await fail();
    timers.increment(199); // the time that the first failure had set is over
    expect(attempts).to.have.length(2);
    timers.increment(1);
    expect(attempts).to.have.length(3);
  });

  it('lets those who wait for an attempt join it and share its outcome', async () => {
    const refusals = [writer.writeNow(), writer.writeNow()].map(rejection);
    await fail();
    for (const refusal of refusals) expect(String(await refusal)).to.equal('Error: away');
    expect(attempts).to.have.length(1);
    const written = writer.writeNow(); // before its time
    await succeed();
    await written;
    expect(attempts).to.have.length(2);
    timers.increment(100);
    expect(attempts).to.have.length(2);
  });

  it('counts a failure that another caller met as its first', async () => {
    writer.writeLater();
    timers.increment(99);
    expect(attempts).to.have.length(0);
    timers.increment(1);
    await succeed();
    writer.writeLater(); // nothing has failed in between
    timers.increment(100);
    await fail();
    expect(told).to.deep.equal(['written', 200]);
  });

  it('continues to count failures after a success, until it is reset', async () => {
    writer.write();
    await fail();
    writer.retryNow();
    await succeed();
    writer.write();
    await fail();
    writer.retryNow();
    await succeed();
    writer.reset();
    writer.write();
    await fail();
    expect(told).to.deep.equal([100, 'written', 200, 'written', 100]);
  });

  it('makes no further attempt once it is closed, and reports the one in progress to nobody', async () => {
    writer.write();
    await fail();
    writer.close();
    expect(timersSet).to.equal(0);
    timers.increment(10_000);
    writer.write();
    writer.writeLater();
    writer.retryNow();
    await writer.writeNow();
    expect(attempts).to.have.length(1);
    expect(writer.isClosed).to.equal(true);
  });

  for (const [outcome, settle] of Object.entries({ written: succeed, failed: fail })) {
    it(`reports the attempt during which it was closed only to its waiters: ${outcome}`, async () => {
      const ends: string[] = [];
      const attempt = writer.writeNow().then(
        () => ends.push('written'),
        () => ends.push('failed'),
      );
      writer.close();
      await settle();
      await attempt;
      timers.increment(10_000);
      expect(ends).to.deep.equal([outcome]);
      expect([told, attempts.length]).to.deep.equal([[], 1]);
    });
  }
});
