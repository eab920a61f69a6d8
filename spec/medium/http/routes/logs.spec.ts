import { expect } from 'chai';
import type { LogItem, LogQuery } from '../../../../lib/model/values/log-line.ts';
import { serviceView } from '../../../support/control/fake-control.ts';
import { eventually } from '../../../support/eventually.ts';
import { ApiUnderTest } from '../api-under-test.ts';

const PATH = '/api/services/pump1-corerl/logs';

function line(offset: number, text: string): LogItem {
  const position = `3:${offset + text.length + 1},0`;
  return { type: 'line', generation: 3, stream: 'stdout', offset, at: null, text, partial: null, position };
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
        { generation: 3, stream: 'stdout', offset: 10, at: null, text: 'one' },
      ],
      next: '3:14,0',
      previous: '3:0,0',
    });
    await api.send('GET', `${PATH}?after=3:14,0`, { headers });
    const position = { generation: 3, offsets: [14, 0] };
    expect(asked[1]?.query.start).to.deep.equal({ type: 'after', position });
  });

  it('asks for the lines before a position or the end, and for no more of them than a page has', async () => {
    const headers = { accept: 'application/json' };
    for (const query of ['before=3:14,0', 'before=end&tail=5', 'before=end&tail=50&limit=7'])
      await api.send('GET', `${PATH}?${query}`, { headers });
    await api.send('GET', `${PATH}?before=end&tail=5000`);
    expect(asked.map(({ query }) => query.start)).to.deep.equal([
      { type: 'before', position: { generation: 3, offsets: [14, 0] }, lines: 100 },
      { type: 'before', position: null, lines: 5 },
      { type: 'before', position: null, lines: 7 },
      { type: 'before', position: null, lines: 5000 },
    ]);
  });

  it('says what the disk did not take, and leaves out the end of a line that was given without one', async () => {
    const of = { type: 'line', generation: 3, stream: 'stdout', at: '2026-11-27T10:00:00.123456789Z' } as const;
    const items: LogItem[] = [
      { ...of, offset: 0, text: 'name: ', partial: 'unfinished', position: '3:46' },
      { ...of, offset: 46, text: '', partial: null, continues: true, position: '3:87' },
      { type: 'gap', generation: 3, stream: null, from: 87, to: 200, unwritten: 9, position: '3:200' },
      { ...of, offset: 200, text: '', partial: null, position: '3:241' },
    ];
    api.control.logSource = async function* () {
      await Promise.resolve();
      yield items;
    };
    expect((await api.send('GET', PATH)).text).to.equal(
      'name: \n[coredinator: 9 bytes of launch 3 could not be written]\n\n',
    );
    const headers = { accept: 'application/json' };
    const { at, generation, stream } = of;
    expect((await api.send('GET', `${PATH}?after=3:0`, { headers })).json).to.deep.equal({
      lines: [
        { generation, stream, offset: 0, at, text: 'name: ', partial: 'unfinished' },
        { generation, stream, offset: 46, at, text: '' },
        { gap: true, generation, stream: null, from: 87, to: 200, unwritten: 9 },
        { generation, stream, offset: 200, at, text: '' },
      ],
      next: '3:241',
      previous: '3:0',
    });
  });

  it('responds with events with ids, and starts after Last-Event-ID', async () => {
    const headers = { accept: 'text/event-stream', 'last-event-id': '3:1,2' };
    const { text } = await api.send('GET', `${PATH}?tail=5`, { headers });
    expect(text).to.include(
      'id: 3:14,0\nevent: line\ndata: {"generation":3,"stream":"stdout","offset":10,"at":null,"text":"one"}\n\n',
    );
    expect(text).to.include('event: end\n');
    expect(text).to.match(/^retry: 1000\n\nid: 3:1,2\nevent: position\ndata: {}\n\n/);
    const position = { generation: 3, offsets: [1, 2] };
    expect(asked[0]?.query.start).to.deep.equal({ type: 'after', position });
  });

  it('rejects an unknown service and invalid parameters', async () => {
    expect((await api.send('GET', '/api/services/nobody/logs')).status).to.equal(404);
    for (const query of [
      ...['stream=out', 'tail=-1', 'tail=x', 'since=yesterday', 'follow=maybe', 'colour=red', 'limit=5'],
      ...['after=7', 'after=7:1,2,3', 'stream=stdout&after=7:1,2', 'after=7:1,2&tail=3'],
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
