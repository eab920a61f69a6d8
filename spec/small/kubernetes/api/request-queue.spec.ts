import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import { RequestQueue } from '../../../../lib/kubernetes/api/request-queue.ts';
import type { Timers } from '../../../../lib/ports/clock.ts';

describe('the queue of requests', () => {
  let clock: SimulatedClock;
  let queue: RequestQueue;
  let sent: number;

  beforeEach(() => {
    clock = new SimulatedClock();
    const timers: Timers = {
      setTimeout: (wake, ms) => clock.setTimeout(wake, ms),
      clearTimeout: (timer) => {
        clock.clearTimeout(timer as number); // returned by setTimeout above
      },
    };
    queue = new RequestQueue({ perSecond: 20, burst: 40, timers, steadyMs: () => clock.now() });
    sent = 0;
  });

  async function enter(count: number): Promise<void> {
    for (let one = 0; one < count; one += 1) void queue.enter().then(() => (sent += 1));
    await turn();
  }

  function turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  async function pass(ms: number): Promise<void> {
    clock.increment(ms);
    await turn();
  }

  it('sends a burst at once, and then twenty a second', async () => {
    await enter(100);
    expect(sent).to.equal(40);
    for (let second = 1; second <= 3; second += 1) {
      for (let step = 0; step < 20; step += 1) await pass(50);
      expect(sent).to.equal(40 + second * 20);
    }
  });

  it('saves up no more than a burst', async () => {
    await pass(3_600_000);
    await enter(100);
    expect(sent).to.equal(40);
  });

  it('sends nothing in a pause, and keeps the order', async () => {
    const order: number[] = [];
    queue.pause(1_000);
    for (const one of [1, 2, 3]) void queue.enter().then(() => order.push(one));
    await pass(999);
    expect(order).to.deep.equal([]);
    await pass(2);
    expect(order).to.deep.equal([1, 2, 3]);
  });
});
