import { expect } from 'chai';
import type { FeedQuery } from '../../../../lib/model/feed.ts';
import { serviceView } from '../../../support/control/fake-control.ts';
import { eventually } from '../../../support/eventually.ts';
import { journalEntry } from '../../../support/store/store-contract.ts';
import { ApiUnderTest } from '../api-under-test.ts';

describe('the route of events', () => {
  let api: ApiUnderTest;
  let asked: FeedQuery[];

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
    asked = [];
    api.control.feedSource = async function* (query) {
      await Promise.resolve();
      asked.push(query);
      yield { items: [{ type: 'event', entry: journalEntry(7, { serviceId: null }) }], position: 7 };
    };
  });

  afterEach(() => api.close());

  const NO_FILTER = { agentIds: [], serviceIds: [], types: [] };

  async function startFor(query: string, lastEventId?: string): Promise<FeedQuery['start'] | undefined> {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    expect((await api.send('GET', `/api/events${query}`, { headers })).status).to.equal(200);
    return asked.pop()?.start;
  }

  it('sends events in their wire format', async () => {
    const { headers, text } = await api.send('GET', '/api/events');
    expect(headers['content-type']).to.equal('text/event-stream; charset=utf-8');
    expect(text).to.equal(
      'retry: 1000\n\nid: 7\ndata: {"seq":7,"at":"2023-11-14T22:13:20.007Z","type":"service.state_changed",' +
        '"agent_id":"pump1","from":"starting","to":"running","cause":"deadline","correlation_id":null,"detail":{"n":7}}\n\n' +
        'event: end\ndata: {"reason":"the host is shutting down"}\n\n',
    );
    expect(asked).to.deep.equal([{ start: { type: 'now' }, filter: NO_FILTER }]);
  });

  it('starts at Last-Event-ID, or else as the query says', async () => {
    expect(await startFor('', '41')).to.deep.equal({ type: 'after', seq: 41 });
    expect(await startFor('?after=0')).to.deep.equal({ type: 'after', seq: 0 });
    expect(await startFor('?after=3', '41')).to.deep.equal({ type: 'after', seq: 41 });
    const since = '2026-01-02T03:04:05Z';
    expect(await startFor(`?since=${since}`)).to.deep.equal({ type: 'since', at: Date.parse(since) });
    expect(await startFor(`?since=${since}`, '41')).to.deep.equal({ type: 'after', seq: 41 });
  });

  it('accepts repeated ids and types, or lists with commas', async () => {
    await api.send(
      'GET',
      '/api/events?agent_id=pump1&agent_id=pump2&service_id=a,b&type=process.*,host.started&type=agent.',
    );
    expect(asked[0]?.filter).to.deep.equal({
      agentIds: ['pump1', 'pump2'],
      serviceIds: ['a', 'b'],
      types: ['process.*', 'host.started', 'agent.'],
    });
  });

  it('responds to HEAD with the headers', async () => {
    const { status, headers, text } = await api.send('HEAD', '/api/events');
    expect([status, headers['content-type'], text]).to.deep.equal([200, 'text/event-stream; charset=utf-8', '']);
    expect(asked).to.deep.equal([]);
  });

  it('rejects invalid parameters', async () => {
    const many = Array.from({ length: 101 }, (_, n) => `a${n}`).join(',');
    for (const [query, lastEventId] of [
      ...[
        'since=yesterday',
        'after=-1',
        'after=1&since=2026-01-02T03:04:05Z',
        'agent_id=a/b',
        'agent_id=',
        'type=',
      ].map((one) => [one, ''] as const),
      ...['type=*.exited', 'type=process.exit', 'type=procces.*', 'colour=red', `service_id=${many}`].map(
        (one) => [one, ''] as const,
      ),
      ...['x', '-1', '1.5', '99999999999999999'].map((one) => ['', one] as const),
    ]) {
      const headers = lastEventId === '' ? {} : { 'last-event-id': lastEventId };
      const answer = await api.send('GET', `/api/events?${query}`, { headers });
      expect([answer.status, answer.headers['content-type']], `${query} ${lastEventId}`).to.deep.equal([
        422,
        'application/problem+json',
      ]);
    }
    expect(asked).to.deep.equal([]);
  });

  it('rejects one stream too many with a Retry-After, and accepts it when another one has ended', async () => {
    await api.close();
    await api.open({ maxStreams: 2 });
    api.control.feedSource = async function* (_, gone) {
      yield { items: [], position: 1 };
      await new Promise((resolve) => {
        gone.addEventListener('abort', resolve);
      });
    };
    const clients = [new AbortController(), new AbortController(), new AbortController()];
    const follow = async (client: number): Promise<number> =>
      (await fetch(`${api.listening.url}/api/events`, { signal: clients[client]!.signal })).status;
    expect([await follow(0), await follow(1)]).to.deep.equal([200, 200]);
    const refused = await api.send('GET', '/api/events');
    expect([refused.status, refused.headers['retry-after']]).to.deep.equal([503, '5']);
    expect(refused.json).to.include({ type: '/docs#too_many_streams' });
    api.control.listed.push(serviceView('pump1-corerl'));
    const logs = '/api/services/pump1-corerl/logs';
    expect((await api.send('GET', `${logs}?follow=true`)).status).to.equal(503);
    expect((await api.send('GET', logs)).status).to.equal(200);
    clients[0]!.abort();
    await eventually(async () => {
      expect(await follow(2)).to.equal(200);
    });
    for (const client of clients) client.abort();
  });
});
