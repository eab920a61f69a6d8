import { expect } from 'chai';
import { Campaign } from '../support/explore/campaign.ts';
import { explored, recorded } from '../support/explore/explore.ts';
import { SCENARIOS, scenarioOf } from '../support/explore/scenarios.ts';

/** Which of four moments: 0 to 3. `npm run explore` takes all of them. */
const FOURTH = Number(process.env['EXPLORE_FOURTH'] ?? 0);

describe(`a host that dies at any of its calls (EXPLORE_FOURTH=${FOURTH})`, function () {
  this.timeout(600_000); // the other tiers come first

  it('is continued by the next one as if nothing had happened', async () => {
    const begunAt = performance.now();
    const all = {
      schedules: 0,
      depth: 1,
      seed: 1,
      scenario: null,
      at: null,
      first: 0,
      stride: 1,
      isHasty: false,
    } as const;
    const { counts, reports } = await new Campaign({ ...all, fourth: FOURTH }).run();
    const seconds = ((performance.now() - begunAt) / 1_000).toFixed(0);
    console.log(`      ${SCENARIOS.length} scenarios, ${counts.one} deaths, ${seconds} s`);
    expect(reports.map(([, report]) => report).join('\n\n')).to.equal('');
  });

  it('dies at the same calls each time', async () => {
    const scenario = scenarioOf('everything at once');
    const [one, other] = [await recorded(scenario), await recorded(scenario)];
    expect(other.names).to.deep.equal(one.names);
    expect([...other.moments]).to.deep.equal([...one.moments]);
  });

  it('may die again in the middle of its recovery', async () => {
    const deaths = [
      { call: 4, when: 'after', pace: 'slow', goesOn: false },
      { call: 10, when: 'after', pace: 'racing', goesOn: false },
    ] as const;
    expect(await explored('restart of an agent', deaths)).to.deep.equal([]);
  });
});
