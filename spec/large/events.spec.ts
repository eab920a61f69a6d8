import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { DescribedEventView, EventView } from '../../lib/api/schemas/event.ts';
import { createClient, type FollowedEvent } from '../../lib/client/client.ts';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../support/process/alive.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PATIENCE_MS = 30_000;
const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the events of the built program', function () {
  this.timeout(120_000);
  let basePath: string;
  let host: BuiltHost;
  let port: string;

  beforeEach(async () => {
    basePath = temporaryFolder();
    install(basePath, 'waits', 'one-1.0.0');
    port = String(await freePort());
  });

  afterEach(async () => {
    if (!isAlive(host.pid)) return;
    await host.end('SIGKILL');
    host = await start('--on-exit', 'drain');
    await host.end('SIGTERM');
  });

  const start = (...more: readonly string[]): Promise<BuiltHost> => BuiltHost.start(basePath, '--port', port, ...more);

  async function restartService(): Promise<void> {
    const { generation } = await host.service('one');
    expect((await host.request('POST', '/api/services/one/restart')).status).to.equal(200);
    await eventually(async () => {
      const service = await host.service('one');
      expect(service.state).to.equal('running');
      expect(service.generation).to.be.greaterThan(generation);
    }, PATIENCE_MS);
  }

  /** The whole journal, page by page. */
  async function journal(): Promise<readonly DescribedEventView[]> {
    const events: DescribedEventView[] = [];
    for (let after: number | null = 0; after !== null;) {
      const { body } = await host.request('GET', `/api/events/history?limit=1000&after=${after}`);
      const page = body as { events: DescribedEventView[]; next: number | null }; // the page of contract 3.4
      events.push(...page.events);
      after = page.next;
    }
    return events;
  }

  it('reach every reader once each, over any death of the host, and are those of the history', async () => {
    write(basePath, 'coredinator.yaml', 'kinds: { one: { executable: one } }\nservices: { one: { kind: one } }\n');
    host = await start();
    const leave = new AbortController();
    const client = createClient({ url: host.url });
    const follow = async (query: object): Promise<readonly FollowedEvent[]> => {
      const told: FollowedEvent[] = [];
      followed.push(told);
      for await (const item of client.followEvents({ query, signal: leave.signal })) told.push(item);
      return told;
    };
    const followed: FollowedEvent[][] = [];
    const readers = [{ after: 0 }, { after: 0 }, {}, { after: 0, service_id: 'one', type: 'process.*' }].map(follow);
    // A reader whose first request meets no host gives up; from then on it comes back.
    await eventually(async () => {
      await restartService();
      for (const told of followed) expect(told).not.to.be.empty;
    }, PATIENCE_MS);
    for (let round = 0; round < 4; round += 1) {
      const asked = host.request('POST', '/api/services/one/restart').catch(() => undefined); // the host may die under it
      const before = followed[0]?.length ?? 0;
      // So it dies behind another event each time.
      await eventually(() => {
        expect(followed[0]?.length).to.be.greaterThan(before + round);
      }, PATIENCE_MS);
      await host.end(round === 3 ? 'SIGTERM' : 'SIGKILL');
      await asked;
      host = await start();
      await restartService();
    }
    const history = await eventually(async () => {
      const events = await journal();
      for (const told of followed.slice(0, 3)) expect(seqsOf(told).at(-1)).to.equal(events.at(-1)?.seq);
      return events;
    }, PATIENCE_MS);
    leave.abort();
    const [all, again, live, filtered] = await Promise.all(readers);
    // A page says each event in words too.
    const stored = history.map(({ sentence, ...event }) => {
      expect(sentence).not.to.equal('');
      return event;
    });
    for (const told of [all, again]) {
      expect(told?.map((item) => (item.type === 'event' ? item.event : item.type))).to.deep.equal(stored);
    }
    const liveSeqs = seqsOf(live ?? []);
    expect(liveSeqs).to.deep.equal(history.map(({ seq }) => seq).filter((seq) => seq >= (liveSeqs[0] ?? 0)));
    const wanted = history.filter((event) => event.service_id === 'one' && event.type.startsWith('process.'));
    expect(seqsOf(filtered ?? [])).to.deep.equal(wanted.map(({ seq }) => seq));
    expect(history.filter(({ type }) => type === 'host.started')).to.have.length(5);
  });

  it('end with a reason when the host leaves, after the last one', async () => {
    write(basePath, 'coredinator.yaml', 'kinds: { one: { executable: one } }\n');
    host = await start();
    const text = (await fetch(`${host.url}/api/events`)).text();
    await host.end('SIGTERM');
    expect(await text).to.match(
      /"type":"host\.stopped".*\n\nevent: end\ndata: {"reason":"the host is shutting down"}\n\n$/,
    );
  });

  describe('with a webhook', () => {
    let receiver: Server;
    let received: { readonly seq: number; readonly type: string }[];
    let isDown: boolean;

    beforeEach(async () => {
      received = [];
      isDown = false;
      receiver = createServer((request, response) => {
        let body = '';
        request.on('data', (part: Buffer) => (body += part.toString()));
        request.on('end', () => {
          const verified = new Webhook(SECRET).verify(body, request.headers as Record<string, string>);
          if (!isDown) received.push((verified as { data: EventView }).data);
          response.writeHead(isDown ? 503 : 204).end();
        });
      });
      await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
      write(basePath, 'hook.secret', `${SECRET}\n`);
    });

    afterEach(async () => {
      receiver.closeAllConnections();
      await new Promise((resolve) => receiver.close(resolve));
    });

    function configure(events: string): void {
      const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`; // a TCP server that listens has one
      write(
        basePath,
        'coredinator.yaml',
        `kinds: { one: { executable: one } }\nservices: { one: { kind: one } }\n` +
          `webhooks: { alerts: { url: "${url}", events: [${events}], secret_file: hook.secret } }\n`,
      );
    }

    it('reach the receiver in order and at least once, over a death of the host and an outage of the receiver', async () => {
      configure('process.*, host.*');
      host = await start();
      await eventually(async () => {
        expect(await host.service('one')).to.include({ state: 'running' });
      }, PATIENCE_MS);
      await restartService();
      isDown = true;
      await restartService();
      await host.end('SIGKILL');
      host = await start();
      await restartService();
      isDown = false;
      await eventually(async () => {
        const wanted = (await journal()).filter(({ type }) => /^(process|host)\./.test(type)).map(({ seq }) => seq);
        const seqs = received.map(({ seq }) => seq);
        // What was taken right before the host died may come once more.
        expect(seqs.filter((seq, index) => !seqs.slice(0, index).includes(seq))).to.deep.equal(wanted);
      }, PATIENCE_MS);
    });

    it('follow a reload of the configuration', async () => {
      configure('host.crashed');
      host = await start();
      configure('process.launched');
      expect((await host.request('POST', '/api/config/reload')).status).to.equal(200);
      await restartService();
      await eventually(() => {
        expect(received.map(({ type }) => type)).to.include('process.launched');
      }, PATIENCE_MS);
    });
  });
});

function seqsOf(told: readonly FollowedEvent[]): number[] {
  return told.flatMap((item) => (item.type === 'event' ? [item.event.seq] : []));
}
