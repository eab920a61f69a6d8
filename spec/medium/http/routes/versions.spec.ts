import { expect } from 'chai';
import { ApiUnderTest, type Answer } from '../api-under-test.ts';

describe('the routes of versions', () => {
  const api = new ApiUnderTest();
  before(() => api.open());
  after(() => api.close());

  const pin = (body: object): Promise<Answer> => api.send('POST', '/api/services/s1/version', { body });
  const problemOf = ({ status, json }: Answer): readonly [number, string] => [status, (json as { type: string }).type];

  it('list the versions that there are', async () => {
    const { status, json } = await api.send('GET', '/api/services/s1/version');
    expect(status).to.equal(200);
    expect(json).to.have.nested.property('available[1].version', '1.2.2');
  });

  it('pin a service to one version, unpin it, and say what would change', async () => {
    const { status, json } = await pin({ version: '1.2.2' });
    expect(status).to.equal(200);
    expect(json).to.deep.include({ applied: true, restarts: ['s1'] });
    expect(json).to.have.nested.property('pin.version', '1.2.2');
    await pin({ version: null, dry_run: true });
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ id: 's1', version: null, isDryRun: true });
  });

  it('refuse what is no version, a version that does not exist, and a body without one', async () => {
    for (const body of [{ version: '^1' }, { version: 'v1.2.2' }, { version: '' }, { version: 1 }, {}]) {
      expect(problemOf(await pin(body)), JSON.stringify(body)).to.deep.equal([422, '/docs#invalid_request']);
    }
    const missing = await pin({ version: '9.9.9' });
    expect(problemOf(missing)).to.deep.equal([422, '/docs#version_not_found']);
    expect((missing.json as { detail: string }).detail).to.include('1.2.3, 1.2.2');
  });
});
