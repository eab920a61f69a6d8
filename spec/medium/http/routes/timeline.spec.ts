import { expect } from 'chai';
import { ApiUnderTest } from '../api-under-test.ts';

const UNTIL = '2026-01-02T03:04:05.000Z';
const DAY_MS = 24 * 60 * 60 * 1000;

describe('the route of the timeline', () => {
  const api = new ApiUnderTest();
  before(() => api.open());
  after(() => api.close());

  const asked = (): unknown => api.control.calls.at(-1)?.argument;

  it('shows a period with the resolution and the services that are asked for', async () => {
    const query = `since=2026-01-01T03:04:05Z&until=${UNTIL}&service_id=a,b&resolution_ms=7`;
    const { status } = await api.send('GET', `/api/timeline?${query}`);
    expect(status).to.equal(200);
    const until = Date.parse(UNTIL);
    expect(asked()).to.deep.equal({ since: until - DAY_MS, until, serviceIds: ['a', 'b'], resolutionMs: 7 });
  });

  it('by default shows a day of all services in 2,000 parts', async () => {
    await api.send('GET', `/api/timeline?until=${UNTIL}`);
    const until = Date.parse(UNTIL);
    expect(asked()).to.deep.equal({ since: until - DAY_MS, until, serviceIds: [], resolutionMs: 43_200 });
    await api.send('GET', `/api/timeline?until=${UNTIL}&since=2026-01-02T03:04:04.999Z`);
    expect(asked()).to.include({ resolutionMs: 1 });
  });

  it('refuses a period that ends before it begins', async () => {
    const { status, json } = await api.send('GET', `/api/timeline?until=${UNTIL}&since=${UNTIL}`);
    expect([status, json]).to.deep.include(422);
    expect((json as { detail: string }).detail).to.equal('"since" must be before until.');
  });
});
