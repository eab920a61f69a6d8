import { expect } from 'chai';
import { ApiUnderTest } from '../api-under-test.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('the route of the resource usage of a service', () => {
  const api = new ApiUnderTest();
  before(() => api.open());
  after(() => api.close());

  function asked(): { readonly id: string; readonly since: number; readonly until: number } {
    return api.control.calls.at(-1)?.argument as ReturnType<typeof asked>; // as the fake control records it
  }

  it('returns the last 24 hours', async () => {
    const begun = Date.now();
    const { status, json } = await api.send('GET', '/api/services/pump1-corerl/usage');
    expect([status, json]).to.deep.equal([200, { service_id: 'pump1-corerl', samples: [] }]);
    expect(asked().id).to.equal('pump1-corerl');
    expect(asked().until - asked().since).to.be.closeTo(DAY_MS, 10);
    expect(asked().until).to.be.at.least(begun);
  });

  it('takes a period by instants or ages', async () => {
    const until = '2026-01-02T03:04:05Z';
    await api.send('GET', `/api/services/pump1-corerl/usage?since=15m&until=${until}`);
    expect(Date.now() - asked().since).to.be.closeTo(15 * 60_000, 5_000);
    expect(asked().until).to.equal(Date.parse(until));
  });
});
