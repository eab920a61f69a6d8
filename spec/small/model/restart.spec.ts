import { expect } from 'chai';
import {
  backoffDelay,
  classifyExit,
  EMPTY_BUDGET,
  judgeEnding,
  longestWaits,
  MIN_BACKOFF_MS,
  reachableRestarts,
  type Ending,
  type RestartBudget,
} from '../../../lib/model/policy/restart.ts';
import { serviceSpec } from '../../support/actors/specs.ts';

const spec = serviceSpec('pump1-corerl').restart;
const NOW = 1_000_000;
const crash: Ending = { class: 'code', uptimeMs: 1_000 };
const judge = (ending: Ending, budget: RestartBudget = EMPTY_BUDGET, over: Partial<typeof spec> = {}, now = NOW) =>
  judgeEnding({ ...spec, ...over }, ending, { budget, attempt: 'first' }, { now, random: 0.5 });

describe('the class of an exit', () => {
  const exit = { code: null, signal: null, at: 0, isKnown: true };
  const rows = [
    ['clean', { ...exit, code: 0 }],
    ['code', { ...exit, code: 1 }],
    ['clean', { ...exit, code: 3 }],
    ['signal', { ...exit, signal: 'SIGTERM' }],
    ['lost', { ...exit, isKnown: false }],
  ] as const;
  for (const [expected, each] of rows) {
    it(`is ${expected} for ${JSON.stringify(each)} with success codes 0 and 3`, () => {
      expect(classifyExit(each, { successExitCodes: [0, 3] })).to.equal(expected);
    });
  }
});

describe('the backoff delay', () => {
  const backoff = { initialMs: 250, factor: 2, maxMs: 30_000, jitter: 0.2, resetAfterMs: 60_000 };

  it('doubles up to its maximum', () => {
    const series = [1, 2, 3, 4, 5, 6, 7, 8, 9, 5000].map((failures) => backoffDelay(backoff, failures, 0.5));
    expect(series).to.deep.equal([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is spread by the jitter, evenly to both sides', () => {
    expect([0, 0.5, 0.999999].map((random) => backoffDelay(backoff, 3, random))).to.deep.equal([800, 1000, 1200]);
  });

  it('never falls below its floor, whatever is configured', () => {
    expect(backoffDelay({ ...backoff, initialMs: 0 }, 1, 0)).to.equal(MIN_BACKOFF_MS);
  });
});

describe('a budget', () => {
  const backoff = { initialMs: 250, factor: 2, maxMs: 30_000, jitter: 0.2, resetAfterMs: 60_000 };

  it('needs the waits of all its restarts, each with all of its jitter', () => {
    expect([0, 1, 3, 10].map((restarts) => longestWaits(backoff, restarts))).to.deep.equal([0, 300, 2_100, 146_100]);
  });

  it('is reached for as long as its waits are shorter together than the period', () => {
    const reached = (maxRestarts: number, periodMs: number): number =>
      reachableRestarts({ backoff, intensity: { maxRestarts, periodMs } });
    expect([reached(3, 2_101), reached(3, 2_100), reached(10, 60_000), reached(0, 0)]).to.deep.equal([3, 2, 7, 0]);
  });

  it('that is reached is exceeded by a service that always ends at once, however the jitter falls', () => {
    const restart = { ...spec, mode: 'always' as const, backoff, intensity: { maxRestarts: 7, periodMs: 60_000 } };
    let budget = EMPTY_BUDGET;
    let now = NOW;
    for (let ends = 1; ends <= 8; ends += 1) {
      const verdict = judgeEnding(restart, { ...crash, uptimeMs: 0 }, { budget, attempt: 'first' }, { now, random: 1 });
      expect(verdict.next).to.equal(ends === 8 ? 'give_up' : 'retry');
      if (verdict.next === 'retry') [budget, now] = [verdict.budget, now + verdict.delayMs];
    }
  });
});

describe('what follows an ending', () => {
  it('is a retry after a crash, with a longer wait each time', () => {
    const first = judge(crash);
    expect(first).to.deep.include({ next: 'retry', delayMs: 250 });
    const second = first.next === 'retry' ? judge(crash, first.budget) : null;
    expect(second).to.deep.include({ next: 'retry', delayMs: 500 });
  });

  it('is a first wait again after the reset time in running', () => {
    const verdict = judge({ ...crash, uptimeMs: 60_000 }, { ...EMPTY_BUDGET, failures: 7, restartTimes: [] });
    expect(verdict).to.deep.include({ next: 'retry', delayMs: 250 });
  });

  it('is giving up at the fourth restart within the window, and not when the first has left it', () => {
    const times = [NOW - 59_999, NOW - 20, NOW - 10];
    expect(judge(crash, { ...EMPTY_BUDGET, failures: 3, restartTimes: times })).to.include({
      next: 'give_up',
      recovers: true,
    });
    expect(
      judge(crash, { ...EMPTY_BUDGET, failures: 3, restartTimes: [NOW - 60_000, NOW - 20, NOW - 10] }).next,
    ).to.equal('retry');
  });

  it('forgets restarts that a clock set back has put into the future', () => {
    const future = [NOW + 1, NOW + 2, NOW + 3];
    const verdict = judge(crash, { ...EMPTY_BUDGET, failures: 0, restartTimes: future });
    expect(verdict.next === 'retry' && verdict.budget.restartTimes).to.deep.equal([NOW]);
  });

  it('does not recover when the configuration says never', () => {
    const budget = { ...EMPTY_BUDGET, failures: 3, restartTimes: [NOW - 3, NOW - 2, NOW - 1] };
    expect(judge(crash, budget, { recoverAfterMs: null })).to.include({ next: 'give_up', recovers: false });
  });

  it('is giving up at once when a recovery attempt did not come up', () => {
    const past = { budget: EMPTY_BUDGET, attempt: 'recovery' } as const;
    const at = { now: NOW, random: 0.5 };
    expect(judgeEnding(spec, { class: 'code', uptimeMs: null }, past, at).next).to.equal('give_up');
    expect(judgeEnding(spec, { class: 'code', uptimeMs: 5_000 }, past, at).next).to.equal('retry');
  });

  for (const mode of ['never', 'on_failure', 'always'] as const) {
    it(`is a retry that counts for nothing with policy ${mode} when the program did not even begin`, () => {
      const blameless = { class: 'spawn_transient', uptimeMs: null, isBlameless: true } as const;
      const verdict = judge(blameless, EMPTY_BUDGET, { mode });
      expect(verdict).to.deep.equal({ next: 'retry', budget: { ...EMPTY_BUDGET, failures: 1 }, delayMs: 250 });
    });
  }

  for (const mode of ['never', 'on_failure', 'always'] as const) {
    it(`is an immediate retry that counts for nothing with policy ${mode} when something else ended the process`, () => {
      const [spent, ended] = [{ ...EMPTY_BUDGET, failures: 2 }, { class: 'signal', uptimeMs: 5_000 } as const];
      expect(judge({ ...ended, isBlameless: true }, spent, { mode })).to.deep.equal({
        ...{ next: 'retry', budget: spent, delayMs: 0 },
      });
      expect(judge(ended, spent, { mode })).not.to.deep.include({ budget: spent });
    });
  }

  it('is a retry for ever with an unlimited intensity, with a delay that stays a number', () => {
    const unlimited = { ...spec, mode: 'always', intensity: null, backoff: { ...spec.backoff, initialMs: 0 } } as const;
    let budget = { ...EMPTY_BUDGET, failures: 2_000 };
    for (let ends = 0; ends < 10; ends += 1) {
      const past = { budget, attempt: ends === 5 ? 'recovery' : 'restart', hasFallback: true } as const;
      const verdict = judgeEnding(unlimited, { class: 'code', uptimeMs: null }, past, { now: NOW, random: 0.5 });
      if (verdict.next !== 'retry') throw new Error(`It is ${verdict.next}.`);
      expect(verdict.delayMs).to.equal(100);
      budget = { ...verdict.budget };
      expect(budget.restartTimes).to.deep.equal([]);
    }
    expect(
      judgeEnding(
        { ...unlimited, mode: 'never' },
        { class: 'code', uptimeMs: null },
        { budget, attempt: 'first' },
        { now: NOW, random: 0 },
      ).next,
    ).to.equal('give_up');
  });

  const policies = [
    ['always', 'clean', 'retry'],
    ['always', 'code', 'retry'],
    ['on_failure', 'clean', 'complete'],
    ['on_failure', 'code', 'retry'],
    ['on_failure', 'signal', 'retry'],
    ['on_failure', 'lost', 'retry'],
    ['never', 'clean', 'complete'],
    ['never', 'code', 'give_up'],
    ['never', 'signal', 'give_up'],
  ] as const;
  for (const [mode, exitClass, next] of policies) {
    it(`is ${next} with policy ${mode} after an exit of class ${exitClass}`, () => {
      expect(judge({ class: exitClass, uptimeMs: 1_000 }, EMPTY_BUDGET, { mode }).next).to.equal(next);
    });
  }
});
