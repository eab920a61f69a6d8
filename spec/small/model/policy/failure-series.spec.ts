import { expect } from 'chai';
import { launchesToKeep, seriesWith, type SeriesSituation } from '../../../../lib/model/policy/failure-series.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('a series of failures', () => {
  it('begins with a launch that fails, and goes on with the next', () => {
    const past = { failureSeries: null, lastStable: { generation: 3, at: 1 } };
    const series = seriesWith(past, 5, false);
    expect(series).to.deep.equal({ first: 5, stableBefore: 3 });
    expect(seriesWith({ ...past, failureSeries: series }, 6, false)).to.equal(series);
  });

  it('begins anew with a launch that fails after it was stable, or after another one that was', () => {
    const failureSeries = { first: 5, stableBefore: 3 };
    expect(seriesWith({ failureSeries, lastStable: { generation: 3, at: 1 } }, 8, true)).to.deep.equal({
      first: 8,
      stableBefore: 3,
    });
    expect(seriesWith({ failureSeries, lastStable: { generation: 7, at: 1 } }, 8, false)).to.deep.equal({
      first: 8,
      stableBefore: 7,
    });
  });

  describe('keeps the output of its first launch, and of the last stable one,', () => {
    const service: SeriesSituation = {
      failureSeries: { first: 5, stableBefore: 3 },
      lastStable: { generation: 3, at: 1 },
      state: 'failed',
      since: 10 * HOUR,
      startedAt: null,
      resetAfterMs: HOUR,
    };

    it('as long as it lasts', () => {
      expect(launchesToKeep(service, 90 * DAY)).to.deep.equal([3, 5]);
      expect(
        launchesToKeep({ ...service, state: 'running', startedAt: 89 * DAY + 23.5 * HOUR }, 90 * DAY),
      ).to.deep.equal([3, 5]);
    });

    it('until a day after a launch was stable', () => {
      const running: SeriesSituation = { ...service, state: 'running', startedAt: 11 * HOUR };
      expect(launchesToKeep(running, 12 * HOUR + DAY)).to.deep.equal([3, 5]);
      expect(launchesToKeep(running, 12 * HOUR + DAY + 1)).to.deep.equal([]);
      const ended: SeriesSituation = { ...service, lastStable: { generation: 9, at: 12 * HOUR } };
      expect(launchesToKeep(ended, 12 * HOUR + DAY)).to.deep.equal([3, 5]);
      expect(launchesToKeep(ended, 12 * HOUR + DAY + 1)).to.deep.equal([]);
    });

    it('until a day after a stop', () => {
      const stopped: SeriesSituation = { ...service, state: 'stopped' };
      expect(launchesToKeep(stopped, 10 * HOUR + DAY)).to.deep.equal([3, 5]);
      expect(launchesToKeep(stopped, 10 * HOUR + DAY + 1)).to.deep.equal([]);
    });
  });

  it('keeps nothing of a service that has never failed', () => {
    const service: SeriesSituation = {
      ...{ failureSeries: null, lastStable: { generation: 3, at: 1 }, state: 'running', since: 0 },
      ...{ startedAt: 0, resetAfterMs: HOUR },
    };
    expect(launchesToKeep(service, 0)).to.deep.equal([]);
  });
});
