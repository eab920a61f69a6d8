import { expect } from 'chai';
import type { LogItem, LogQuery } from '../../../../lib/model/values/log-line.ts';
import { serviceView } from '../../../support/control/fake-control.ts';
import { eventually } from '../../../support/eventually.ts';
import { ApiUnderTest } from '../api-under-test.ts';

const PATH = '/api/services/pump1-corerl/logs';

function line(offset: number, text: string): LogItem {
  const position = `3:${offset + text.length + 1},0`;
  return { type: 'line', generation: 3, stream: 'stdout', offset, text, partial: null, position };
}
const GAP: LogItem = { type: 'gap', generation: 3, stream: 'stdout', from: 0, to: 10, position: '3:10,0' };

describe('the route of the output of a service', () => {
  let api: ApiUnderTest;
  let asked: { query: Omit<LogQuery, 'serviceId'>; follow: AbortSignal | undefined }[];

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
    api.control.listed.push(serviceView('pump1-corerl'));
    asked = [];
    api.control.logSource = async function* (query, follow) {
      asked.push({ query, follow });
      await Promise.resolve();
      yield [GAP, line(10, 'one')];
      yield [line(14, '<b>two')];
    };
  });

  afterEach(() => api.close());

  it('responds with text to clients without a preference', async () => {
    const answer = await api.send('GET', PATH);
    expect(answer.headers).to.include({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.text).to.equal(
      '[coredinator: 10 bytes of stdout of launch 3 were deleted before they could be read]\none\n<b>two\n',
    );
    expect(asked[0]?.query).to.deep.equal({
      streams: ['stdout', 'stderr'],
      start: { type: 'tail', lines: 100, since: null },
    });
    expect(asked[0]?.follow).to.equal(undefined);
  });

  it('responds with a JSON page and the position of the next one', async () => {
    const headers = { accept: 'application/json' };
    expect((await api.send('GET', `${PATH}?limit=2`, { headers })).json).to.deep.equal({
      lines: [
        { gap: true, generation: 3, stream: 'stdout', from: 0, to: 10 },
        { generation: 3, stream: 'stdout', offset: 10, text: 'one' },
      ],
      next: '3:14,0',
    });
    await api.send('GET', `${PATH}?after=3:14,0`, { headers });
    const position = { generation: 3, offsets: { stdout: 14, stderr: 0 } };
    expect(asked[1]?.query.start).to.deep.equal({ type: 'after', position });
  });

  it('responds with events with ids, and starts after Last-Event-ID', async () => {
    const headers = { accept: 'text/event-stream', 'last-event-id': '3:1,2' };
    const { text } = await api.send('GET', `${PATH}?tail=5`, { headers });
    expect(text).to.include(
      'id: 3:14,0\nevent: line\ndata: {"generation":3,"stream":"stdout","offset":10,"text":"one"}\n\n',
    );
    expect(text).to.include('event: end\n');
    const position = { generation: 3, offsets: { stdout: 1, stderr: 2 } };
    expect(asked[0]?.query.start).to.deep.equal({ type: 'after', position });
  });

  it('rejects an unknown service and invalid parameters', async () => {
    expect((await api.send('GET', '/api/services/nobody/logs')).status).to.equal(404);
    for (const query of [
      ...['stream=out', 'tail=-1', 'tail=x', 'since=yesterday', 'follow=maybe', 'colour=red', 'limit=5'],
      ...['after=7', 'after=7:1', 'stream=stdout&after=7:1,2', 'after=7:1,2&tail=3'],
    ]) {
      const answer = await api.send('GET', `${PATH}?${query}`);
      expect([answer.status, answer.headers['content-type']], query).to.deep.equal([422, 'application/problem+json']);
    }
    const headers = { accept: 'application/json' };
    expect((await api.send('GET', `${PATH}?follow=true`, { headers })).status).to.equal(422);
    expect(asked).to.deep.equal([]);
  });

  it('releases everything at once when the client disconnects', async () => {
    let isEnded = false;
    api.control.logSource = async function* (query, follow) {
      asked.push({ query, follow });
      try {
        yield [line(0, 'one')];
        await new Promise((resolve) => follow?.addEventListener('abort', resolve));
      } finally {
        isEnded = true;
      }
    };
    const client = new AbortController();
    const response = await fetch(`${api.listening.url}${PATH}?follow=true`, { signal: client.signal });
    expect(response.status).to.equal(200);
    expect(isEnded).to.equal(false);
    client.abort();
    await eventually(() => {
      expect(isEnded).to.equal(true);
    });
  });

  it('reads no further than the client accepts', async () => {
    let batches = 0;
    api.control.logSource = async function* () {
      for (; batches < 2_000; batches += 1) {
        await Promise.resolve();
        yield [line(0, 'x'.repeat(64 * 1024))];
      }
    };
    const client = new AbortController();
    await fetch(`${api.listening.url}${PATH}`, { signal: client.signal });
    let before = -1;
    await eventually(
      () => {
        const isStill = before === batches;
        before = batches;
        expect(isStill).to.equal(true);
      },
      5_000,
      100,
    );
    expect(batches).to.be.lessThan(500);
    client.abort();
  });
});
