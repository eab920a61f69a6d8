import { expect } from 'chai';
import { ApiUnderTest } from '../api-under-test.ts';

describe('the routes of histories', () => {
  const api = new ApiUnderTest();
  before(() => api.open());
  after(() => api.close());

  it('return the history of a service, by default from its beginning', async () => {
    const { status, json } = await api.send('GET', '/api/services/pump1-corerl/history');
    expect(status).to.equal(200);
    expect(json).to.include({ service_id: 'pump1-corerl', next: null });
    const query = { after: 0, order: 'oldest_first', limit: 100 };
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ id: 'pump1-corerl', query });
  });

  it('forward the requested range', async () => {
    const asked = 'before=9&limit=2&order=newest_first&since=2026-01-02T03:04:05Z';
    const { json } = await api.send('GET', `/api/agents/pump1/history?${asked}`);
    expect(json).to.include({ agent_id: 'pump1' });
    const query = { after: 0, before: 9, limit: 2, order: 'newest_first', since: Date.parse('2026-01-02T03:04:05Z') };
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ id: 'pump1', query });
  });

  it('reject invalid ranges', async () => {
    const { status, json } = await api.send('GET', '/api/services/pump1-corerl/history?order=up&type=x');
    expect(status).to.equal(422);
    expect((json as { detail: string }).detail).to.include('"type" is not a known field');
  });
});
