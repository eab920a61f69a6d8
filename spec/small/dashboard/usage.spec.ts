import { expect } from 'chai';
import { createActor, SimulatedClock } from 'xstate';
import type { UsageView } from '../../../lib/api/schemas/usage.ts';
import { usageMachine } from '../../../lib/dashboard/usage/machine.ts';
import { seriesOf, withReading } from '../../../lib/dashboard/usage/readings.ts';
import type { Reading } from '../../../lib/dashboard/usage/readings.ts';
import { eventually } from '../../support/eventually.ts';
import { instant } from '../frontend/views.ts';

function viewOf(second: number, cpu: number | null = 1): UsageView {
  const services = [{ id: 'a', cpu_seconds: 1, cpu_percent: cpu, rss_bytes: 100 + second, processes: 1 }];
  const host = { cpu_seconds: 1, cpu_percent: 5, rss_bytes: 500, event_loop_lag_ms: null };
  return { at: instant(second), supported: true, services, host };
}

describe('resource usage over time', () => {
  it('is a column for each, with gaps where it is unknown', () => {
    const readings = [viewOf(1, null), viewOf(2, 3)].reduce<readonly Reading[]>(withReading, []);

    expect(seriesOf(readings, 'a')).to.deep.include({ cpu: [null, 3], rss: [101, 102] });
    expect(seriesOf(readings, null)).to.deep.include({ cpu: [5, 5], rss: [500, 500] });
    expect(seriesOf(readings, 'nobody')).to.deep.include({ cpu: [null, null], rss: [null, null] });
  });

  it('contains a shared reading once, and at most five minutes of readings', () => {
    const views = Array.from({ length: 200 }, (_, index) => viewOf(index));
    const readings = views.reduce<readonly Reading[]>(withReading, []);

    expect(readings.length).to.equal(150);
    expect(withReading(readings, viewOf(199))).to.equal(readings);
  });
});

describe('polling the resource usage', () => {
  it('continues only while a visible page shows it', async () => {
    const clock = new SimulatedClock();
    let asked = 0;
    let tell: (isVisible: boolean) => void = () => undefined;
    const actor = createActor(usageMachine, {
      clock,
      input: {
        client: { getUsage: () => Promise.resolve(viewOf((asked += 1))) },
        watchPage: (told) => {
          tell = told;
          told(true);
          return () => undefined;
        },
      },
    }).start();
    const read = (count: number): Promise<void> =>
      eventually(() => {
        expect(actor.getSnapshot().context.readings.length).to.equal(count);
      });

    expect(asked).to.equal(0);
    actor.send({ type: 'usage.watch' });
    await read(1);
    clock.increment(2_000);
    await read(2);
    tell(false);
    clock.increment(10_000);
    expect(asked).to.equal(2);
    tell(true);
    await read(3);
    actor.send({ type: 'usage.unwatch' });
    clock.increment(10_000);
    expect(asked).to.equal(3);
    actor.stop();
  });

  it('reports an error, and retries', async () => {
    const clock = new SimulatedClock();
    const answers = [Promise.reject(new Error('The host is away.')), Promise.resolve(viewOf(1))];
    const client = { getUsage: () => answers.shift() ?? Promise.resolve(viewOf(2)) };
    const watchPage = (tell: (isVisible: boolean) => void): (() => void) => {
      tell(true);
      return () => undefined;
    };
    const actor = createActor(usageMachine, { clock, input: { client, watchPage } }).start();
    actor.send({ type: 'usage.watch' });

    await eventually(() => {
      expect(actor.getSnapshot().context.problem).to.equal('The host is away.');
    });
    clock.increment(2_000);
    await eventually(() => {
      expect(actor.getSnapshot().context).to.include({ problem: null }).and.have.property('readings').with.length(1);
    });
    actor.stop();
  });
});
