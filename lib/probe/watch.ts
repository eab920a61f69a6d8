import { NO_CHECKS, tallied, type ProbeSpec } from '../model/probe.ts';
import type { Millis } from '../model/values/time.ts';
import type { CheckMeasure } from '../ports/meter.ts';
import type { ProbeObserver } from '../ports/prober.ts';
import type { Check, Outcome } from './check.ts';
import type { CheckSlots } from './check-slots.ts';
import { runCheck } from './run-check.ts';
import type { Schedule } from './schedule.ts';
import type { SteadyTime } from './time.ts';

/** A check that is overdue by more than this is skipped: checks that this host missed are not made up for. */
const LATE_MS: Millis = 1_000;

/** Checks may be delayed by this much to run together, or by this part of their period if that is less. */
const SLACK_MS: Millis = 250;
const SLACK_PART = 1 / 20;

/**
 * The minimum time between two reports of one failed probe with different reasons: each report goes into the journal.
 */
const REPORT_AGAIN_MS: Millis = 5_000;

/** What all watches of one kind of check share. */
export interface WatchContext {
  readonly time: SteadyTime;
  readonly schedule: Schedule;
  readonly slots: CheckSlots;
  /** Reports an observer that threw. */
  readonly report: (err: unknown) => void;
  /** Default: not measured. */
  readonly measure?: (outcome: CheckMeasure['outcome'], seconds: number) => void;
  /** Called with every failed check, whatever the thresholds. Default: nobody. */
  readonly noteFailure?: (reason: string) => void;
}

/** One probe of one launch: schedules its checks and reports verdicts to its observer. */
export class Watch {
  readonly #context: WatchContext;
  readonly #check: Check;
  readonly #probe: ProbeSpec;
  readonly #observer: ProbeObserver;
  #tally = NO_CHECKS;
  #at: Millis;
  #reported: { readonly reason: string; readonly at: Millis } | null = null;
  #missed: { readonly reason: string; readonly at: Millis } | null = null;
  #hasBegun = false;
  #isOver = false;
  /** Cancels what is pending: a scheduled call, a place in the queue, or a check in progress. */
  #cancel: () => void = () => undefined;

  /** The first check is at `at` (steady time); the others follow at whole periods from there. */
  constructor(context: WatchContext, check: Check, probe: ProbeSpec, observer: ProbeObserver, at: Millis) {
    this.#context = context;
    this.#check = check;
    this.#probe = probe;
    this.#observer = observer;
    this.#at = at;
    this.#plan(at);
  }

  /** Ends the watch; the observer is no longer called. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancel();
    this.#check.close();
  }

  #plan(at: Millis): void {
    this.#at = at;
    const slackMs = this.#hasBegun ? Math.min(SLACK_MS, this.#probe.periodMs * SLACK_PART) : 0;
    this.#cancel = this.#context.schedule.at(at, slackMs, () => {
      this.#due();
    });
  }

  /** The next multiple of the period that is in the future, so that missed checks are skipped instead of bunched. */
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
    let hasEntered = false as boolean;
    const leaveQueue = this.#context.slots.enter(() => {
      hasEntered = true;
      this.#begin();
    });
    // If it entered immediately, #cancel already refers to the check itself.
    if (!hasEntered) this.#cancel = leaveQueue;
  }

  #begin(): void {
    this.#hasBegun = true;
    const { slots, time } = this.#context;
    let isSettled = false as boolean;
    const begunAt = time.now();
    const end = runCheck(this.#check, this.#probe.timeoutMs, time, (outcome) => {
      isSettled = true;
      this.#context.measure?.(outcomeLabel(outcome), (time.now() - begunAt) / 1_000);
      this.#settle(outcome);
    });
    if (isSettled) return;
    this.#cancel = () => {
      end();
      slots.leave();
    };
  }

  #settle(outcome: Outcome | null): void {
    const before = this.#tally;
    if (outcome !== null) this.#tally = tallied(before, outcome.isSuccess, this.#probe);
    const isDecided = outcome?.isSuccess === true && outcome.isFinal && this.#tally.verdict === 'passed';
    this.#cancel = () => undefined;
    if (!isDecided) this.#plan(this.#nextTime());
    this.#context.slots.leave();
    if (outcome?.isSuccess === false) this.#context.noteFailure?.(outcome.reason);
    if (outcome === null) return;
    if (this.#tally.verdict !== before.verdict || this.#isNew(outcome)) this.#report(outcome);
    else if (this.#isMiss(outcome)) this.#reportMiss(outcome.reason);
  }

  /** Whether a check failed below the threshold, for another reason than the last one of these that was reported. */
  #isMiss(outcome: Outcome): outcome is Extract<Outcome, { isSuccess: false }> {
    if (outcome.isSuccess || this.#tally.verdict !== 'unknown') return false;
    if (this.#missed === null) return true;
    return outcome.reason !== this.#missed.reason && this.#context.time.now() - this.#missed.at >= REPORT_AGAIN_MS;
  }

  #reportMiss(reason: string): void {
    if (this.#isOver) return;
    this.#missed = { reason, at: this.#context.time.now() };
    try {
      this.#observer.missed?.(reason);
    } catch (err) {
      this.#context.report(err);
    }
  }

  /** Whether a failed probe now fails for another reason than the last reported one. */
  #isNew(outcome: Outcome): boolean {
    if (outcome.isSuccess || this.#tally.verdict !== 'failed' || this.#reported === null) return false;
    return outcome.reason !== this.#reported.reason && this.#context.time.now() - this.#reported.at >= REPORT_AGAIN_MS;
  }

  #report(outcome: Outcome): void {
    // The check that has just taken the slot may have ended this watch.
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

function outcomeLabel(outcome: Outcome | null): CheckMeasure['outcome'] {
  if (outcome === null) return 'unknown';
  return outcome.isSuccess ? 'success' : 'failure';
}
