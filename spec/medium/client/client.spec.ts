import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createClient, ProblemError, UnreachableError } from '../../../lib/client/client.ts';
import type { Client } from '../../../lib/client/client.ts';
import type { LogItem } from '../../../lib/model/values/log-line.ts';
import { serviceView } from '../../support/control/fake-control.ts';
import { journalEntry } from '../../support/store/store-contract.ts';
import { rejection } from '../../support/rejection.ts';
import { openAccess } from '../../../lib/http/access/tokens.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { ApiUnderTest, fixedTokens, recordingLog } from '../http/api-under-test.ts';

function line(offset: number, text: string): LogItem {
  return {
    type: 'line',
    generation: 1,
    stream: 'stdout',
    offset,
    text,
    at: null,
    partial: null,
    position: `1:${offset + 1},0`,
  };
}

describe('the client', () => {
  let api: ApiUnderTest;
  let client: Client;

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
    client = createClient({ url: api.listening.url });
  });
  afterEach(() => api.close());

  it('has a method for every operation: parameters of the path, query and body by name, JSON as the result', async () => {
    api.control.listed.push(serviceView('pump1-corerl'), serviceView('pump2-corerl'));
    const id = await client.startAgent({ body: { config_path: '/plant/pump1.yaml' } });
    const page = await client.listServices({ query: { limit: 1 } });
    const service = await client.getService({ id: 'pump2-corerl' });

    expect(id).to.equal('pump1');
    expect(page.services.map((one) => one.id)).to.deep.equal(['pump1-corerl']);
    expect(page.next).to.equal('pump1-corerl');
    expect(service.state).to.equal('running');
    expect(await client.stopAgent({ id })).to.equal(null);
    expect(await client.getLiveness()).to.equal('ok');
  });

  it('escapes path parameters and omits undefined values', async () => {
    const error = await rejection(client.getService({ id: 'a/../b?c' }));
    expect(error).to.be.instanceOf(ProblemError).and.to.include({ status: 422, code: 'invalid_id' });

    await client.listEvents({ query: { agent_id: undefined, limit: 5 } });
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ after: 0, limit: 5, order: 'oldest_first' });
  });

  for (const id of ['', '.', '..', undefined, null, 7, {}] as const) {
    it(`refuses the id ${JSON.stringify(id)} with a sentence, and sends nothing`, async () => {
      const args = { id } as { readonly id: string }; // as a program without types may do
      const calls = [
        ['getService', () => client.getService(args)],
        ['deleteAgent', () => client.deleteAgent(args)],
        ['readLogs', () => client.followLogs(args).next()],
      ] as const;
      for (const [name, call] of calls) {
        const error = await rejection(call());
        expect(error, name).to.be.instanceOf(TypeError);
        expect((error as Error).message).to.match(
          new RegExp(`^${name} requires "id", a text such as "pump1"; .*\\. Nothing was sent\\.$`),
        );
      }
      expect(api.control.calls).to.deep.equal([]);
    });
  }

  it('rejects with the detail of a problem', async () => {
    const error = await rejection(client.getAgent({ id: 'nobody' }));

    expect(error).to.be.instanceOf(ProblemError).and.to.include({ status: 404, code: 'agent_not_found' });
    expect((error as Error).message).to.include('Agent "nobody" not found');
  });

  it('reports an unreachable address with the reason', async () => {
    const { url } = api.listening;
    await api.close();
    const error = await rejection(client.getHealth());

    expect(error).to.be.instanceOf(UnreachableError);
    expect((error as Error).message)
      .to.include(url)
      .and.to.include('ECONNREFUSED');
  });

  it('sends the current token', async () => {
    await api.close();
    let token: string | null = null;
    await api.open({ access: fixedTokens('a'.repeat(20), null) });
    client = createClient({ url: api.listening.url, token: () => token });

    expect(await rejection(client.listAgentIds())).to.include({ status: 401 });
    token = 'a'.repeat(20);
    expect(await client.listAgentIds()).to.deep.equal([]);
  });

  it('follows events across broken connections from the last position, even if there was no event yet', async () => {
    const starts: unknown[] = [];
    api.control.feedSource = async function* ({ start }) {
      await Promise.resolve();
      starts.push(start);
      const seq = 5 + starts.length;
      if (starts.length > 1) yield { items: [{ type: 'event', entry: journalEntry(seq) }], position: seq };
      else yield { items: [{ type: 'gap', after: 1, oldest: 4 }], position: 5 };
    };
    const leave = new AbortController();
    const told: unknown[] = [];
    const connections: string[] = [];
    const onConnection = (now: string): number => connections.push(now);
    const query = { type: 'process.*' };
    for await (const item of client.followEvents({ query, signal: leave.signal, onConnection })) {
      told.push(item.type === 'event' ? item.event.seq : item.type);
      if (told.length === 2) leave.abort();
    }
    expect(told).to.deep.equal(['gap', 7]);
    expect(connections).to.deep.equal(['open', 'lost', 'open', 'lost']);
    expect(starts).to.deep.equal([{ type: 'now' }, { type: 'after', seq: 5 }]);
  });

  it('stops following with an error when its token is removed from the file', async () => {
    const path = join(temporaryFolder(), 'tokens');
    const put = (token: string): void => {
      writeFileSync(path, token, { mode: 0o600 });
    };
    put('a'.repeat(20));
    const access = openAccess(
      { full: { type: 'file', source: '--token-file', path }, readOnly: null },
      recordingLog([]),
      () => 0,
    );
    await api.close();
    await api.open({ access });
    client = createClient({ url: api.listening.url, token: 'a'.repeat(20) });
    api.control.listed.push(serviceView('pump1-corerl'));
    const isOver = (gone: AbortSignal | undefined) =>
      new Promise((resolve) => {
        gone?.addEventListener('abort', resolve);
      });
    api.control.feedSource = async function* (_, gone) {
      yield { items: [{ type: 'event', entry: journalEntry(1) }], position: 1 };
      await isOver(gone);
    };
    api.control.logSource = async function* (_, gone) {
      yield [line(1, 'line 1')];
      await isOver(gone);
    };
    const streams = [client.followEvents(), client.followLogs({ id: 'pump1-corerl' })];
    for (const stream of streams) expect((await stream.next()).done).to.equal(false);

    const rest = streams.map((stream) => rejection(stream.next()));
    put('b'.repeat(20));
    access.reread();
    for (const error of await Promise.all(rest)) {
      expect(error).to.be.instanceOf(ProblemError).and.to.include({ status: 401, code: 'token_required' });
    }
  });

  it('follows output across broken connections, after the last line', async () => {
    api.control.listed.push(serviceView('pump1-corerl'));
    const starts: unknown[] = [];
    api.control.logSource = async function* (query) {
      starts.push(query.start);
      yield [line(starts.length, `line ${starts.length}`)]; // and the connection ends
      await Promise.resolve();
    };
    const leave = new AbortController();
    const texts: string[] = [];
    for await (const item of client.followLogs({ id: 'pump1-corerl', query: { tail: 0 }, signal: leave.signal })) {
      texts.push('text' in item ? item.text : 'gap');
      if (texts.length === 2) leave.abort();
    }

    expect(texts).to.deep.equal(['line 1', 'line 2']);
    expect(starts[1]).to.deep.equal({
      type: 'after',
      position: { generation: 1, offsets: [2, 0] },
    });
  });
});
