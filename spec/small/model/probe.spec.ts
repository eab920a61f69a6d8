import { expect } from 'chai';
import { NO_CHECKS, startTimeoutMs, tallied } from '../../../lib/model/probe.ts';
import { httpCheck, probeSpec } from '../../support/probe/probe-specs.ts';

const THRESHOLDS = { successThreshold: 2, failureThreshold: 3 };

/** The verdict after each check; `+` is a success and `-` a failure. */
function verdicts(checks: string): readonly string[] {
  let tally = NO_CHECKS;
  return Array.from(checks, (check) => {
    tally = tallied(tally, check === '+', THRESHOLDS);
    return tally.verdict;
  });
}

describe('the tally of a probe', () => {
  it('says nothing until a threshold is reached', () => {
    expect(verdicts('+-+--')).to.deep.equal(Array(5).fill('unknown'));
  });

  it('passes after the required number of successes in a row', () => {
    expect(verdicts('++').at(-1)).to.equal('passed');
    expect(verdicts('--+-++').at(-1)).to.equal('passed');
  });

  it('fails after the required number of failures in a row', () => {
    expect(verdicts('---')).to.deep.equal(['unknown', 'unknown', 'failed']);
    expect(verdicts('++--+---').slice(-2)).to.deep.equal(['passed', 'failed']);
  });

  it('keeps its verdict until the other threshold is reached', () => {
    expect(verdicts('+++--+-')).to.deep.equal(['unknown', ...Array<string>(6).fill('passed')]);
    expect(verdicts('---+-+')).to.deep.equal(['unknown', 'unknown', ...Array<string>(4).fill('failed')]);
  });

  it('decides by one check where the threshold is one', () => {
    const once = { successThreshold: 1, failureThreshold: 1 };
    expect(tallied(NO_CHECKS, false, once).verdict).to.equal('failed');
    expect(tallied(NO_CHECKS, true, once).verdict).to.equal('passed');
  });
});

describe('the time that a startup probe gives a launch', () => {
  it('is the delay, all checks that may fail, and the timeout of the last', () => {
    const probe = probeSpec(httpCheck(1), {
      initialDelayMs: 500,
      periodMs: 1_000,
      timeoutMs: 300,
      failureThreshold: 30,
    });
    expect(startTimeoutMs(probe)).to.equal(30_800);
  });
});
