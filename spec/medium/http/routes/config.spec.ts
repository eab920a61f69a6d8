import { expect } from 'chai';
import { ApiUnderTest, type Answer } from '../api-under-test.ts';

describe('the routes of applied configurations', () => {
  const api = new ApiUnderTest();
  before(() => api.open());
  after(() => api.close());

  const argument = (): unknown => api.control.calls.at(-1)?.argument;
  const problemOf = ({ status, json }: Answer): readonly [number, string] => [status, (json as { type: string }).type];

  it('list revisions, newest first, of the subject that is asked for', async () => {
    const { status, json } = await api.send('GET', '/api/config/revisions');
    expect(status).to.equal(200);
    expect(json).to.have.nested.property('revisions[0].number', 12);
    expect(argument()).to.deep.equal({ before: Infinity, limit: 100 });
    await api.send('GET', '/api/config/revisions?agent_id=pump1&before=9&limit=2');
    expect(argument()).to.deep.equal({ before: 9, limit: 2, subject: 'agent:pump1' });
    await api.send('GET', '/api/config/revisions?service_id=io&subject=service');
    expect(argument()).to.deep.equal({ before: Infinity, limit: 100, subject: 'service:io', kind: 'service' });
    const both = await api.send('GET', '/api/config/revisions?service_id=io&agent_id=pump1');
    expect(problemOf(both)).to.deep.equal([422, '/docs#invalid_request']);
  });

  it('return one revision with its content, and 404 for any other number', async () => {
    const { json } = await api.send('GET', '/api/config/revisions/12');
    expect(json).to.have.nested.property('configuration.agent_type', 'default');
    for (const number of ['13', 'x', '-1', '1e1']) {
      const answer = await api.send('GET', `/api/config/revisions/${number}`);
      expect(problemOf(answer), number).to.deep.equal([404, '/docs#revision_not_found']);
      expect((answer.json as { detail: string }).detail)
        .to.include('not found')
        .and.to.include(number);
    }
  });

  it('compare revisions by number, or the newest one of a subject, but not both', async () => {
    const { json } = await api.send('GET', '/api/config/diff');
    expect(json).to.have.nested.property('diffs[0].changes[0].keys[0].key', 'backoff.max');
    expect(argument()).to.deep.equal({ from: null, to: null, subject: null });
    await api.send('GET', '/api/config/diff?from=3&to=4');
    expect(argument()).to.deep.equal({ from: 3, to: 4, subject: null });
    await api.send('GET', '/api/config/diff?subject=host');
    expect(argument()).to.deep.equal({ from: null, to: null, subject: 'host' });
    await api.send('GET', '/api/config/diff?agent_id=pump1');
    expect(argument()).to.deep.equal({ from: null, to: null, subject: 'agent:pump1' });
    for (const query of ['from=3&agent_id=pump1', 'to=3&subject=host', 'subject=host&agent_id=pump1', 'from=0']) {
      expect(problemOf(await api.send('GET', `/api/config/diff?${query}`)), query).to.deep.equal([
        422,
        '/docs#invalid_request',
      ]);
    }
  });
});
