import { expect } from 'chai';
import { setImmediate } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { SimulatedClock } from 'xstate';
import { eventually } from '../../support/eventually.ts';
import { HeapKeeper, type HeapAccess } from '../../../lib/host/heap.ts';

const MIB = 1024 * 1024;

function newSpaceBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? NaN;
}

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

  heldBytes(): number {
    return this.kept + this.garbage;
  }

  busyMs(): number {
    return this.busy;
  }

  collect(done: () => void): void {
    this.collections += 1;
    this.garbage = 0;
    done();
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
  it('is given back after a storm, once it is quiet', () => {
    const heap = new FakeHeap();
    heap.storm(80 * MIB);
    heap.pass(2);
    expect(heap.collections).to.equal(0);

    heap.pass(1);
    expect(heap.collections).to.equal(1);
    heap.pass(10);

    expect(heap.collections).to.equal(1);
    expect(heap.timers.pending).to.equal(0);
  });

  it('is left alone as long as the host has something to do', () => {
    const heap = new FakeHeap();
    heap.storm(80 * MIB);
    heap.pass(30, 0.5);
    expect(heap.collections).to.equal(0);

    heap.pass(10);

    expect(heap.collections).to.equal(1);
  });

  it('is given back 3 s after the end of what there was to do, whenever that was', () => {
    const heap = new FakeHeap();
    heap.storm(80 * MIB);
    heap.pass(2);
    heap.pass(1, 0.5);
    heap.pass(2);
    expect(heap.collections).to.equal(0);

    heap.pass(1);

    expect(heap.collections).to.equal(1);
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

  it('is given back after the start of the host', () => {
    const heap = new FakeHeap();
    heap.keeper.stir();
    heap.pass(20);

    expect(heap.collections).to.equal(1);
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

    expect(heap.collections).to.equal(1);
  });

  it('is not looked at any longer when the host closes', () => {
    const heap = new FakeHeap();
    heap.storm(80 * MIB);

    heap.keeper.close();
    heap.pass(20);

    expect(heap.collections).to.equal(0);
    expect(heap.timers.pending).to.equal(0);
  });

  it('is that of V8, also what was held for new objects', async () => {
    const clock = new SimulatedClock();
    const keeper = new HeapKeeper({
      setTimeout: (wake, ms) => clock.setTimeout(wake, ms),
      clearTimeout: (timer) => {
        clock.clearTimeout(timer as number);
      },
    });
    const garbage = new WeakRef({ much: new Array(1_000) });
    const inUse = Array.from({ length: 1_000_000 }, (_, index) => ({ index }));
    const before = newSpaceBytes();
    keeper.stir();
    await setImmediate(); // a WeakRef is kept until the end of the task in which it was made
    for (let second = 0; second < 5; second += 1) clock.increment(1_000);
    await eventually(() => expect(newSpaceBytes()).to.be.lessThan(before / 2));
    expect(garbage.deref()).to.equal(undefined);
    expect(inUse[1]).to.deep.equal({ index: 1 });
    keeper.close();
  });
});
