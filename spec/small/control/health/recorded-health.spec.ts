import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import { Health } from '../../../../lib/control/health/health.ts';
import { healthEvent } from '../../../../lib/control/journal/events.ts';
import { describeEvent } from '../../../../lib/model/explain/event-sentence.ts';
import { recordingLog } from '../../../support/control/control-world.ts';

describe('the health of the host over time', () => {
  it('is reported when the host becomes degraded, and when it is healthy again, but not for each reason', () => {
    const timers = new SimulatedClock();
    const health = new Health({ now: () => timers.now(), random: () => 0 }, recordingLog());
    const problems: string[] = [];
    health.include(() => problems);
    const seen: (readonly string[])[] = [];
    health.onStatus = (reasons) => seen.push(reasons);
    health.logChanges(timers);
    timers.increment(5_000);
    problems.push('The disk is full.');
    timers.increment(1_000);
    problems.push('The clock is wrong.');
    timers.increment(1_000);
    problems.length = 0;
    timers.increment(1_000);
    expect(seen).to.deep.equal([['The disk is full.'], []]);
    health.close();
  });

  it('is an event with the reasons', () => {
    const event = healthEvent(['The disk is full.', 'Webhook x fails.'], 1);
    expect([event.type, event.from, event.to]).to.deep.equal(['host.health_changed', 'healthy', 'degraded']);
    expect(describeEvent(event)).to.equal('The host is degraded: The disk is full; Webhook x fails.');
    expect(describeEvent(healthEvent([], 1))).to.equal('The host is healthy again.');
  });
});
