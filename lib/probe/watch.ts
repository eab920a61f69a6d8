import { NO_CHECKS, tallied, type ProbeSpec } from '../model/probe.ts';
import type { Millis } from '../model/values/time.ts';
import type { CheckMeasure } from '../ports/meter.ts';
import type { ProbeObserver } from '../ports/prober.ts';
import type { Check, Outcome } from './check.ts';
import type { Lane } from './lane.ts';
import { runCheck } from './run-check.ts';
import type { Schedule } from './schedule.ts';
import type { SteadyTime } from './time.ts';

/** A check that is due for longer than that waits for its next time instead: what this host has missed is not made up for. */
const LATE_MS: Millis = 1_000;

/** Checks may be put off that long to be made together, or by that part of their period if it is less. */
const SLACK_MS: Millis = 250;
const SLACK_PART = 1 / 20;

/** The shortest time between two reports of one failed probe with different reasons: each report is journalled. */
const REPORT_AGAIN_MS: Millis = 5_000;

/** What all watches of one kind of check share, and how one tells of an observer that threw and of how long a check took. */
export interface WatchContext {
  readonly time: SteadyTime;
  readonly schedule: Schedule;
  readonly lane: Lane;
  readonly report: (err: unknown) => void;
  /** Default: nobody is told. */
  readonly measure?: (outcome: CheckMeasure['outcome'], seconds: number) => void;
}

/** One probe of one launch: when it is checked, and what its observer has to know. */
export class Watch {
  readonly #context: WatchContext;
  readonly #check: Check;
  readonly #probe: ProbeSpec;
  readonly #observer: ProbeObserver;
  #tally = NO_CHECKS;
  #at: Millis;
  #reported: { readonly reason: string; readonly at: Millis } | null = null;
  #hasBegun = false;
  #isOver = false;
  /** Takes back what is to come: a wake, a place in the line, or a check under way. */
  #takeBack: () => void = () => undefined;

  /** The first check is at `at` of the steady time; the others follow in periods from there. */
  constructor(context: WatchContext, check: Check, probe: ProbeSpec, observer: ProbeObserver, at: Millis) {
    this.#context = context;
    this.#check = check;
    this.#probe = probe;
    this.#observer = observer;
    this.#at = at;
    this.#plan(at);
  }

  /** Ends it; the observer is not told any more. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#takeBack();
    this.#check.close();
  }

  #plan(at: Millis): void {
    this.#at = at;
    const slackMs = this.#hasBegun ? Math.min(SLACK_MS, this.#probe.periodMs * SLACK_PART) : 0;
    this.#takeBack = this.#context.schedule.at(at, slackMs, () => {
      this.#due();
    });
  }

  /** The first instant of the period that is still to come, so that checks are missed and never bunched. */
  #nextTime(): Millis {
    const period = Math.max(1, this.#probe.periodMs);
    const passed = Math.floor(Math.max(0, this.#context.time.now() - this.#at) / period);
    return this.#at + (passed + 1) * period;
  }

  #due(): void {
    const lateness = this.#context.time.now() - this.#at;
    if (this.#hasBegun && lateness > Math.min(LATE_MS, this.#probe.periodMs)) {
      this.#plan(this.#nextTime());
      return;
    }
    let isIn = false as boolean;
    const leaveLine = this.#context.lane.enter(() => {
      isIn = true;
      this.#begin();
    });
    // Let in at once, it has something else to take back by now.
    if (!isIn) this.#takeBack = leaveLine;
  }

  #begin(): void {
    this.#hasBegun = true;
    const { lane, time } = this.#context;
    let isSettled = false as boolean;
    const begunAt = time.now();
    const end = runCheck(this.#check, this.#probe.timeoutMs, time, (outcome) => {
      isSettled = true;
      this.#context.measure?.(wordFor(outcome), (time.now() - begunAt) / 1_000);
      this.#settle(outcome);
    });
    if (isSettled) return;
    this.#takeBack = () => {
      end();
      lane.leave();
    };
  }

  #settle(outcome: Outcome | null): void {
    const before = this.#tally;
    if (outcome !== null) this.#tally = tallied(before, outcome.isSuccess, this.#probe);
    const isDecided = outcome?.isSuccess === true && outcome.isForGood && this.#tally.verdict === 'passed';
    this.#takeBack = () => undefined;
    if (!isDecided) this.#plan(this.#nextTime());
    this.#context.lane.leave();
    if (outcome !== null && (this.#tally.verdict !== before.verdict || this.#isNew(outcome))) this.#report(outcome);
  }

  /** Whether a probe that has already failed now fails for another reason than the one last reported. */
  #isNew(outcome: Outcome): boolean {
    if (outcome.isSuccess || this.#tally.verdict !== 'failed' || this.#reported === null) return false;
    return outcome.reason !== this.#reported.reason && this.#context.time.now() - this.#reported.at >= REPORT_AGAIN_MS;
  }

  #report(outcome: Outcome): void {
    // Whoever came into the lane just now may have ended this watch.
    if (this.#isOver) return;
    this.#reported = outcome.isSuccess ? null : { reason: outcome.reason, at: this.#context.time.now() };
    try {
      if (outcome.isSuccess) this.#observer.passed();
      else this.#observer.failed(outcome.reason);
    } catch (err) {
      this.#context.report(err);
    }
  }
}

function wordFor(outcome: Outcome | null): CheckMeasure['outcome'] {
  if (outcome === null) return 'unknown';
  return outcome.isSuccess ? 'success' : 'failure';
}
