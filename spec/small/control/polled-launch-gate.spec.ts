import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { PolledLaunchGate } from '../../../lib/control/polled-launch-gate.ts';

const PUMP = parseServiceId('pump');
const MIXER = parseServiceId('mixer');

describe('the launch gate', () => {
  let clock: SimulatedClock;
  let obstacles: readonly string[];
  let checks: number;
  let gate: PolledLaunchGate;

  beforeEach(() => {
    clock = new SimulatedClock();
    obstacles = [];
    checks = 0;
    gate = new PolledLaunchGate(() => {
      checks += 1;
      return obstacles;
    }, clock);
  });

  /** Timers that are set while time passes fire too. */
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= 250) clock.increment(250);
  };

  it('names the first obstacle, and none when there is none', () => {
    expect(gate.obstacle(PUMP)).to.equal(null);
    obstacles = ['The lock is gone.', 'The store is read-only.'];
    expect(gate.obstacle(PUMP)).to.equal('The lock is gone.');
  });

  it('notifies an observer of another obstacle and of the end of all, not of the one that it knows', () => {
    const told: (string | null)[] = [];
    obstacles = ['The lock is gone.'];
    const end = gate.watch(PUMP, (obstacle) => told.push(obstacle));
    pass(60_000);
    expect(told).to.deep.equal([]);
    obstacles = ['The store is read-only.'];
    pass(60_000);
    obstacles = [];
    pass(250);
    end();
    expect(told).to.deep.equal(['The store is read-only.', null]);
  });

  it('notifies an observer that came when the obstacle was just gone', () => {
    const told: (string | null)[] = [];
    const end = gate.watch(PUMP, (obstacle) => told.push(obstacle));
    expect(told).to.deep.equal([]);
    pass(250);
    end();
    expect(told).to.deep.equal([null]);
  });

  it('checks once for all observers, and never while there are none', () => {
    obstacles = ['The lock is gone.'];
    pass(10_000);
    expect(checks).to.equal(0);
    const ends = Array.from({ length: 1_000 }, () => gate.watch(PUMP, () => undefined));
    checks = 0;
    pass(10_000);
    expect(checks).to.equal(40);
    for (const end of ends) end();
    pass(10_000);
    expect(checks).to.equal(40);
  });

  it('notifies nobody who has left, not even when another observer made it leave', () => {
    const told: string[] = [];
    obstacles = ['The lock is gone.'];
    const ends = ['first', 'second'].map((name) =>
      gate.watch(PUMP, () => {
        told.push(name);
        for (const end of ends) end();
      }),
    );
    obstacles = [];
    pass(1_000);
    expect(told).to.deep.equal(['first']);
  });

  it('notifies only those whose service has an obstacle of its own', () => {
    const own = new Map([['pump', 'It is not known.']]);
    gate = new PolledLaunchGate(
      () => obstacles,
      clock,
      (serviceId) => own.get(serviceId) ?? null,
    );
    expect([gate.obstacle(PUMP), gate.obstacle(MIXER)]).to.deep.equal(['It is not known.', null]);
    const told: unknown[] = [];
    obstacles = ['The lock is gone.'];
    for (const id of [PUMP, MIXER]) gate.watch(id, (obstacle) => told.push([id, obstacle]));
    obstacles = [];
    pass(250);
    expect(told).to.deep.equal([
      ['pump', 'It is not known.'],
      ['mixer', null],
    ]);
  });
});
