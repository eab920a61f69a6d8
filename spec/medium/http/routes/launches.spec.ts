import { expect } from 'chai';
import { ApiUnderTest } from '../api-under-test.ts';

describe('the route of launches', () => {
  const api = new ApiUnderTest();
  before(() => api.open());
  after(() => api.close());

  it('returns the newest launches, and by default compares the last that failed', async () => {
    const { status, json } = await api.send('GET', '/api/services/pump1-corerl/launches');
    expect(status).to.equal(200);
    expect(json).to.deep.equal({ service_id: 'pump1-corerl', launches: [], next: null, comparison: null });
    const query = { before: Infinity, limit: 20, compare: null };
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ id: 'pump1-corerl', query });
  });

  it('forwards the requested page and the launch to compare', async () => {
    await api.send('GET', '/api/services/pump1-corerl/launches?before=9&limit=2&compare=7');
    const query = { before: 9, limit: 2, compare: 7 };
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ id: 'pump1-corerl', query });
  });

  it('limits the page', async () => {
    const { status, json } = await api.send('GET', '/api/services/pump1-corerl/launches?limit=101');
    expect(status).to.equal(422);
    expect((json as { detail: string }).detail).to.include('"limit"');
  });
});
