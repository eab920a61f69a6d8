import { expect } from 'chai';
import Koa from 'koa';
import { request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TIMEOUTS, sendStream, type StreamTimeouts } from '../../../../lib/http/event-stream.ts';
import type { Context, RequestState, Admission } from '../../../../lib/http/request-context.ts';
import { feedForm } from '../../../../lib/http/routes/feed-stream.ts';
import type { FeedBatch, FeedItem } from '../../../../lib/model/feed.ts';
import { eventually } from '../../../support/eventually.ts';

function item(seq: number, detail: Record<string, unknown> = {}): FeedItem {
  const at = Date.parse('2026-01-02T03:04:05.678Z');
  const nobody = { agentId: null, serviceId: null, from: null, to: null, correlationId: null };
  return { type: 'event', entry: { ...nobody, seq, at, type: 'host.started', cause: 'host', detail } };
}

const BIG = 'x'.repeat(256 * 1024);

describe('a stream of events', () => {
  let server: Server;
  let source: (gone: AbortSignal) => AsyncIterable<FeedBatch>;
  let timeouts: StreamTimeouts;
  let open: number;
  let admission: Admission | undefined;

  beforeEach(async () => {
    timeouts = TIMEOUTS;
    open = 0;
    admission = undefined;
    source = async function* () {};
    const app = new Koa<RequestState>();
    app.on('error', () => undefined);
    app.use(async (ctx) => {
      open += 1;
      if (admission !== undefined) ctx.state.admission = admission;
      await sendStream(ctx as Context, feedForm, source, timeouts);
      open -= 1;
    });
    await new Promise<void>((resolve) => (server = app.listen(0, '127.0.0.1', resolve)));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function connect(method = 'GET'): Promise<IncomingMessage> {
    const { port } = server.address() as AddressInfo; // a TCP server that listens has one
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, method, agent: false }, resolve).on('error', reject).end();
    });
  }

  /** All that comes until the answer ends; a connection that is cut ends it too. */
  function read(response: IncomingMessage): Promise<string> {
    return new Promise((resolve) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('close', () => {
        resolve(text);
      });
      response.on('error', () => undefined);
    });
  }

  async function* batches(...all: FeedBatch[]): AsyncGenerator<FeedBatch> {
    for (const batch of all) {
      await Promise.resolve();
      yield batch;
    }
  }

  it('has the number of an event as its id, and the event as its data', async () => {
    source = () => batches({ items: [], position: 3 }, { items: [item(4), item(6)], position: 6 });
    const response = await connect();
    expect(response.headers).to.include({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const event = (seq: number): string =>
      `id: ${seq}\ndata: {"seq":${seq},"at":"2026-01-02T03:04:05.678Z","type":"host.started","cause":"host","correlation_id":null,"detail":{}}\n\n`;
    expect(await read(response)).to.equal(
      `retry: 1000\n\nid: 3\nevent: position\ndata: {"seq":3}\n\n${event(4)}${event(6)}event: end\ndata: {"reason":"the host is shutting down"}\n\n`,
    );
  });

  it('reports what is missing and where it continues', async () => {
    source = () =>
      batches(
        { items: [{ type: 'reset', asked: 90, newest: 7 }], position: 7 },
        { items: [{ type: 'gap', after: 7, oldest: 50 }, item(50)], position: 60 },
      );
    const text = await read(await connect());
    expect(text).to.include('id: 7\nevent: reset\ndata: {"asked":90,"newest":7,"reason":"');
    expect(text).to.include('id: 49\nevent: gap\ndata: {"after":7,"oldest":50,"reason":"');
    expect(text).to.match(/id: 50\ndata: .*\n\nid: 60\nevent: position\ndata: {"seq":60}\n\nevent: end/);
  });

  it('responds to HEAD with the headers only', async () => {
    source = () => batches({ items: [item(1)], position: 1 });
    const response = await connect('HEAD');
    expect(response.headers['content-type']).to.equal('text/event-stream; charset=utf-8');
    expect(await read(response)).to.equal('');
  });

  it('sends heartbeats on an idle connection', async () => {
    timeouts = { ...TIMEOUTS, heartbeatMs: 5 };
    source = async function* (gone) {
      yield { items: [], position: 1 };
      await new Promise((resolve) => {
        gone.addEventListener('abort', resolve);
      });
    };
    const response = await connect();
    const text = read(response);
    await new Promise<void>((resolve) => {
      response.on('data', (part: string) => {
        if (part.includes(': still here\n\n')) resolve();
      });
    });
    response.destroy();
    expect(await text).to.include(': still here\n\n');
    await eventually(() => {
      expect(open).to.equal(0);
    });
  });

  /** What is quiet until nobody listens any more. */
  async function* quiet(gone: AbortSignal): AsyncGenerator<FeedBatch> {
    yield { items: [], position: 1 };
    await new Promise((resolve) => {
      gone.addEventListener('abort', resolve);
    });
  }

  for (const how of ['is told so', 'looks with its next heartbeat'] as const) {
    it(`ends with a reason when the token that opened it is withdrawn, as soon as it ${how}`, async () => {
      let isValid = true;
      const listeners = new Set<() => void>();
      if (how === 'looks with its next heartbeat') timeouts = { ...TIMEOUTS, heartbeatMs: 5 };
      const watch = (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      };
      admission = { scope: 'full', by: null, name: null, session: null, isValid: () => isValid, watch };
      source = quiet;
      const response = await connect();
      const text = read(response);
      for (const listener of listeners) listener(); // another token has changed
      expect(open).to.equal(1);

      isValid = false;
      if (how === 'is told so') for (const listener of listeners) listener();
      expect(await text).to.match(
        /event: end\ndata: {"reason":"the token that opened this stream was withdrawn"}\n\n$/,
      );
      await eventually(() => {
        expect([open, listeners.size]).to.deep.equal([0, 0]);
      });
    });
  }

  it('disconnects a client that accepts no data, with the reason, and reads no further for it', async () => {
    timeouts = { ...TIMEOUTS, stalledMs: 50, dismissalMs: 60_000 };
    let given = 0;
    source = async function* () {
      for (;;) {
        await Promise.resolve();
        yield { items: [item((given += 1), { text: BIG })], position: given };
      }
    };
    const response = await connect(); // and takes nothing
    await eventually(() => {
      expect([given > 0, open]).to.deep.equal([true, 0]);
    });
    const atEnd = given;
    expect(atEnd).to.be.lessThan(100);
    const text = await read(response);
    expect(text.slice(-100)).to.match(/event: end\ndata: {"reason":"the client accepted no data for 0.05 s"}\n\n$/);
    expect(given).to.equal(atEnd);
  });

  it('destroys the connection of a client that does not even accept the reason', async () => {
    timeouts = { ...TIMEOUTS, stalledMs: 20, dismissalMs: 20 };
    source = async function* () {
      for (let seq = 1; ; seq += 1) {
        await Promise.resolve();
        yield { items: [item(seq, { text: BIG })], position: seq };
      }
    };
    const response = await connect();
    let isCut = false;
    response.on('error', () => undefined);
    response.socket.on('close', () => (isCut = true));
    await eventually(() => {
      expect(open).to.equal(0);
    });
    response.resume(); // notices the end only when it reads
    await eventually(() => {
      expect(isCut).to.equal(true);
    });
  });

  it('breaks off if its source fails', async () => {
    source = async function* () {
      yield { items: [item(1)], position: 1 };
      await Promise.resolve();
      throw new Error('the disk is gone');
    };
    const text = await read(await connect());
    expect(text).to.match(/^retry: 1000\n\n/);
    expect(text).not.to.include('event: end');
  });
});
