import { expect } from 'chai';
import { getHeapStatistics } from 'node:v8';
import { SimulatedClock } from 'xstate';
import { HeapKeeper, type HeapAccess } from '../../../lib/host/heap.ts';

const MIB = 1024 * 1024;

/** A heap whose garbage and whose event loop the test determines. */
class FakeHeap implements HeapAccess {
  garbage = 0;
  kept = 40 * MIB;
  busy = 0;
  collections = 0;
  readonly clock = new SimulatedClock();
  readonly timers = { pending: 0 };
  readonly keeper = new HeapKeeper(
    {
      setTimeout: (wake, ms) => {
        this.timers.pending += 1;
        return this.clock.setTimeout(() => {
          this.timers.pending -= 1;
          wake();
        }, ms);
      },
      clearTimeout: (timer) => {
        if (timer !== null) this.timers.pending -= 1;
        this.clock.clearTimeout(timer as number);
      },
    },
    this,
  );

  usedBytes(): number {
    return this.kept + this.garbage;
  }

  busyMs(): number {
    return this.busy;
  }

  collect(): void {
    this.collections += 1;
    this.garbage = 0;
  }

  /** A storm that leaves this much garbage; then silence. */
  storm(bytes: number): void {
    this.garbage += bytes;
    this.keeper.stir();
  }

  pass(seconds: number, busyShare = 0): void {
    for (let i = 0; i < seconds; i += 1) {
      this.busy += 1_000 * busyShare;
      this.clock.increment(1_000);
    }
  }
}

describe('the memory of the host', () => {
  it('is given back after a storm, in three rounds, once it is quiet', () => {
    const heap = new FakeHeap();
    heap.storm(80 * MIB);
    heap.pass(1);
    expect(heap.collections).to.equal(0);

    heap.pass(1);
    expect(heap.collections).to.equal(1);
    heap.pass(10);

    expect(heap.collections).to.equal(3);
    expect(heap.timers.pending).to.equal(0);
  });

  it('is left alone as long as the host has something to do', () => {
    const heap = new FakeHeap();
    heap.storm(80 * MIB);
    heap.pass(30, 0.5);
    expect(heap.collections).to.equal(0);

    heap.pass(10);

    expect(heap.collections).to.equal(3);
  });

  it('is left to V8 after little work, without a timer', () => {
    const heap = new FakeHeap();
    heap.storm(80 * MIB);
    heap.pass(20);
    heap.collections = 0;

    for (let i = 0; i < 3; i += 1) {
      heap.storm(5 * MIB);
      heap.pass(10);
    }

    expect(heap.collections).to.equal(0);
    expect(heap.timers.pending).to.equal(0);
  });

  it('is left to V8 when the host has only started', () => {
    const heap = new FakeHeap();
    heap.storm(20 * MIB);
    heap.pass(20);

    expect(heap.collections).to.equal(0);
  });

  it('is given back again once much has come together', () => {
    const heap = new FakeHeap();
    heap.storm(80 * MIB);
    heap.pass(20);
    heap.collections = 0;

    for (let i = 0; i < 5; i += 1) {
      heap.storm(5 * MIB);
      heap.pass(10);
    }

    expect(heap.collections).to.equal(3);
  });

  it('is not looked at any longer when the host closes', () => {
    const heap = new FakeHeap();
    heap.storm(80 * MIB);

    heap.keeper.close();
    heap.pass(20);

    expect(heap.collections).to.equal(0);
    expect(heap.timers.pending).to.equal(0);
  });

  it('is that of V8', () => {
    const clock = new SimulatedClock();
    const keeper = new HeapKeeper({
      setTimeout: (wake, ms) => clock.setTimeout(wake, ms),
      clearTimeout: (timer) => {
        clock.clearTimeout(timer as number);
      },
    });
    const before = getHeapStatistics().used_heap_size;
    const garbage = new WeakRef({ much: new Array(1_000) });
    // Until so much more is in use, however much garbage of other specs V8 collects in the meantime.
    const inUse: { readonly index: number }[][] = [];
    while (getHeapStatistics().used_heap_size - before < 48 * MIB)
      inUse.push(Array.from({ length: 100_000 }, (_, index) => ({ index })));
    keeper.stir();
    return new Promise<void>((resolve) => {
      // A WeakRef is kept until the end of the task in which it was made.
      setImmediate(() => {
        clock.increment(5_000);
        expect(garbage.deref()).to.equal(undefined);
        expect(inUse[0]?.[1]).to.deep.equal({ index: 1 });
        keeper.close();
        resolve();
      });
    });
  });
});
