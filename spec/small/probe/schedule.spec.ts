import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import type { ProbeSpec } from '../../../lib/model/probe.ts';
import { SUCCESS, failure, type Check, type Outcome } from '../../../lib/probe/check.ts';
import { CheckSlots } from '../../../lib/probe/check-slots.ts';
import { Schedule } from '../../../lib/probe/schedule.ts';
import { Watch } from '../../../lib/probe/watch.ts';
import { httpCheck, probeSpec, RecordedVerdicts } from '../../support/probe/probe-specs.ts';

/** A simulated clock that counts its timers. */
class CountedTime extends SimulatedClock {
  readonly live = new Set<unknown>();

  override setTimeout(wake: () => void, ms: number): number {
    const timer = super.setTimeout(() => {
      this.live.delete(timer);
      wake();
    }, ms);
    this.live.add(timer);
    return timer;
  }

  override clearTimeout(timer: number): void {
    this.live.delete(timer);
    super.clearTimeout(timer);
  }
}

/** A check that records when it was started, and is finished by the test. */
class HeldCheck implements Check {
  readonly begunAt: number[] = [];
  underWay = 0;
  isClosed = false;
  readonly #time: SimulatedClock;
  #done: ((outcome: Outcome) => void)[] = [];

  constructor(time: SimulatedClock) {
    this.#time = time;
  }

  begin(_timeoutMs: number, done: (outcome: Outcome) => void): () => Outcome {
    this.begunAt.push(this.#time.now());
    this.underWay += 1;
    this.#done.push(done);
    return () => {
      this.underWay -= 1;
      this.#done = this.#done.filter((other) => other !== done);
      return failure('no answer');
    };
  }

  end(outcome: Outcome = SUCCESS): void {
    this.underWay -= 1;
    this.#done.shift()?.(outcome);
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A check that finishes immediately. */
class PromptCheck extends HeldCheck {
  outcome: Outcome = SUCCESS;

  override begin(timeoutMs: number, done: (outcome: Outcome) => void): () => Outcome {
    const stop = super.begin(timeoutMs, done);
    this.end(this.outcome);
    return stop;
  }
}

describe('the schedule of probes', () => {
  let time: CountedTime;
  let schedule: Schedule;
  let slots: CheckSlots;
  let reported: unknown[];
  let measured: [string, number][];

  beforeEach(() => {
    time = new CountedTime();
    schedule = new Schedule(time);
    slots = new CheckSlots(2);
    reported = [];
    measured = [];
  });

  function watch(
    check: Check,
    probe: Partial<ProbeSpec> = {},
    at = 0,
    recorded = new RecordedVerdicts(),
  ): RecordedVerdicts & { end: () => void } {
    const context = {
      ...{ time, schedule, slots },
      report: (err: unknown) => void reported.push(err),
      measure: (outcome: string, seconds: number) => void measured.push([outcome, seconds]),
    };
    const spec = probeSpec(httpCheck(1), { periodMs: 1_000, ...probe });
    const watched = new Watch(context, check, spec, recorded, at);
    return Object.assign(recorded, {
      end: () => {
        watched.end();
      },
    });
  }

  /** Lets time pass in small steps. */
  function pass(ms: number): void {
    time.increment(0);
    for (let step = 0; step < ms; step += 10) time.increment(10);
  }

  it('makes the first check when it is due and the others at whole periods from there', () => {
    const check = new PromptCheck(time);
    watch(check, {}, 300);
    pass(3_500);
    expect(check.begunAt).to.deep.equal([300, 1_300, 2_300, 3_300]);
  });

  it('checks nothing before the watch has begun', () => {
    const check = new PromptCheck(time);
    watch(check);
    expect(check.begunAt).to.be.empty;
    time.increment(0);
    expect(check.begunAt).to.deep.equal([0]);
  });

  it('has one timer, however many probes there are', () => {
    for (let index = 0; index < 1_000; index += 1) watch(new PromptCheck(time), {}, index);
    expect(time.live.size).to.equal(1);
    pass(2_000);
    expect([time.live.size, schedule.size]).to.deep.equal([1, 1_000]);
  });

  it('makes checks that are due at nearly the same time together', () => {
    const checks = Array.from({ length: 5 }, () => new PromptCheck(time));
    for (const [index, check] of checks.entries()) watch(check, {}, index * 5);
    pass(1_500);
    expect(new Set(checks.map(({ begunAt }) => begunAt[1])).size).to.equal(2);
  });

  it('has no timer left when the last watch has ended', () => {
    const watches = [watch(new PromptCheck(time)), watch(new HeldCheck(time)), watch(new PromptCheck(time), {}, 900)];
    pass(100);
    for (const { end } of watches) end();
    expect([time.live.size, schedule.size]).to.deep.equal([0, 0]);
  });

  it('never runs two checks of one probe at once, and skips those that become due in the meantime', () => {
    const check = new HeldCheck(time);
    watch(check);
    pass(2_500);
    expect(check.begunAt).to.deep.equal([0]);
    check.end();
    pass(1_000);
    expect(check.begunAt).to.deep.equal([0, 3_000]);
  });

  it('neither makes up for missed checks nor bunches them', () => {
    const checks = Array.from({ length: 10 }, () => new PromptCheck(time));
    for (const [index, check] of checks.entries()) watch(check, { periodMs: 10_000 }, index * 1_000);
    pass(10_000);
    time.increment(3_600_000);
    const atOnce = checks.filter(({ begunAt }) => begunAt.at(-1) === time.now());
    expect(atOnce).to.have.length.at.most(2);
    const resumed = time.now();
    pass(10_000);
    const times = checks.map(({ begunAt }) => begunAt.filter((at) => at > resumed).length);
    expect(times).to.deep.equal(Array(10).fill(1));
  });

  it('makes a late first check all the same', () => {
    const check = new PromptCheck(time);
    watch(check, { periodMs: 60_000 });
    time.increment(30_000);
    expect(check.begunAt).to.deep.equal([30_000]);
    pass(30_010);
    expect(check.begunAt).to.deep.equal([30_000, 60_000]);
  });

  it('limits how many checks run at once; the others wait in order', () => {
    const checks = Array.from({ length: 4 }, () => new HeldCheck(time));
    for (const [index, check] of checks.entries()) watch(check, {}, index);
    pass(20);
    const begun = (): number[] => checks.map(({ begunAt }) => begunAt.length);
    expect(begun()).to.deep.equal([1, 1, 0, 0]);
    checks[0]?.end();
    expect(begun()).to.deep.equal([1, 1, 1, 0]);
    checks[1]?.end();
    expect(begun()).to.deep.equal([1, 1, 1, 1]);
  });

  it('gives the slot of a check whose watch has ended to the next one', () => {
    const checks = Array.from({ length: 4 }, () => new HeldCheck(time));
    const watches = checks.map((check, index) => watch(check, {}, index));
    pass(20);
    watches[2]?.end();
    watches[0]?.end();
    expect(checks.map(({ begunAt }) => begunAt.length)).to.deep.equal([1, 1, 0, 1]);
    expect(checks.map(({ underWay, isClosed }) => [underWay, isClosed])).to.deep.equal([
      ...[
        [0, true],
        [1, false],
        [0, true],
      ],
      [1, false],
    ]);
  });

  it('works through a long queue of checks that finish immediately', () => {
    const held = [new HeldCheck(time), new HeldCheck(time)];
    for (const check of held) watch(check);
    const checks = Array.from({ length: 5_000 }, () => new PromptCheck(time));
    for (const check of checks) watch(check, { periodMs: 60_000 }, 1);
    pass(10);
    held[0]?.end();
    expect(checks.every(({ begunAt }) => begunAt.length === 1)).to.equal(true);
  });

  it('treats a check that throws as failed and continues', () => {
    let calls = 0;
    const check: Check = {
      begin: () => {
        calls += 1;
        throw new Error('port out of range');
      },
      close: () => undefined,
    };
    const recorded = watch(check);
    pass(1_500);
    expect(recorded.verdicts).to.deep.equal(['the check could not be run: port out of range']);
    expect(calls).to.equal(2);
  });

  it('continues when an observer throws, and reports it', () => {
    const check = new PromptCheck(time);
    const recorded = new RecordedVerdicts();
    recorded.passed = () => {
      throw new Error('observer');
    };
    watch(check, {}, 0, recorded);
    const other = watch(new PromptCheck(time), {}, 1);
    pass(1_500);
    check.outcome = failure('no answer');
    pass(1_000);
    expect(recorded.verdicts).to.deep.equal(['no answer']);
    expect(other.verdicts).to.deep.equal(['passed']);
    expect(reported.map(String)).to.deep.equal(['Error: observer']);
  });

  it('makes no further check after a final success, once there is a verdict', () => {
    const check = new PromptCheck(time);
    check.outcome = { isSuccess: true, isFinal: true };
    const recorded = watch(check, { successThreshold: 3 });
    pass(10_000);
    expect(recorded.verdicts).to.deep.equal(['passed']);
    expect([check.begunAt.length, schedule.size]).to.deep.equal([3, 0]);
  });

  it('measures each check from its start, without the time in the queue', () => {
    const first = new HeldCheck(time);
    const second = new HeldCheck(time);
    const third = new HeldCheck(time);
    for (const check of [first, second, third]) watch(check, { timeoutMs: 900 }); // two run at once
    pass(100);
    first.end();
    pass(50);
    third.end(failure('answered 503'));
    second.end();
    expect(measured).to.deep.equal([
      ['success', 0.1],
      ['failure', 0.05],
      ['success', 0.15],
    ]);
  });

  describe('when a check takes too long', () => {
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

    it('aborts it and treats it as failed', async () => {
      const check = new HeldCheck(time);
      const recorded = watch(check, { timeoutMs: 400 });
      pass(400);
      await turn();
      expect(recorded.verdicts).to.deep.equal(['no answer']);
      expect(check.underWay).to.equal(0);
    });

    it('accepts an answer that is read in the same turn', async () => {
      const check = new HeldCheck(time);
      const recorded = watch(check, { timeoutMs: 400 });
      pass(400);
      check.end();
      await turn();
      expect(recorded.verdicts).to.deep.equal(['passed']);
    });

    it('draws no conclusion if this host itself was stalled', async () => {
      const check = new HeldCheck(time);
      const recorded = watch(check, { timeoutMs: 400, periodMs: 10_000 });
      pass(100);
      time.increment(5_000);
      await turn();
      expect([check.underWay, recorded.verdicts.length]).to.deep.equal([0, 0]);
      expect(measured).to.deep.equal([['unknown', 5.1]]);
      pass(5_000);
      check.end(failure('answered 503'));
      expect(recorded.verdicts).to.deep.equal(['answered 503']);
    });
  });
});
