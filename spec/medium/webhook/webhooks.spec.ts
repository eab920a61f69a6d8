import { expect } from 'chai';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SimulatedClock } from 'xstate';
import { Webhook } from 'standardwebhooks';
import { openFeed, type Feed } from '../../../lib/control/journal/feed.ts';
import { Journal } from '../../../lib/control/journal/journal.ts';
import { eventView } from '../../../lib/control/queries/views.ts';
import { ALL_EVENTS } from '../../../lib/model/values/event-filter.ts';
import type { JournalDraft } from '../../../lib/model/journal.ts';
import type { WebhookSpec } from '../../../lib/model/webhook.ts';
import type { Webhooks } from '../../../lib/ports/webhooks.ts';
import { openWebhooks } from '../../../lib/webhook/webhooks.ts';
import { eventually } from '../../support/eventually.ts';
import { MemoryWebhookRegistry } from '../../support/store/memory-webhook-registry.ts';
import { memoryStore } from '../../support/store/memory-store.ts';
import { RecordingLog } from '../../support/store/opened-store.ts';
import { journalEntry, intentionCommit } from '../../support/store/store-contract.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('webhooks over HTTP', () => {
  let server: Server;
  let received: Received[];
  let answer: (response: ServerResponse, request: Received) => void;
  let store: ReturnType<typeof memoryStore>;
  let book: MemoryWebhookRegistry;
  let log: RecordingLog;
  let timers: SimulatedClock;
  let feed: Feed;
  let journal: Journal;
  let webhooks: Webhooks;
  let failing: Set<string>;
  let noted: Pick<JournalDraft, 'type' | 'detail'>[];

  beforeEach(async () => {
    received = [];
    noted = [];
    failing = new Set();
    answer = (response) => response.end();
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (part: string) => (body += part));
      request.on('end', () => {
        const got = { url: request.url ?? '', headers: request.headers, body };
        received.push(got);
        answer(response, got);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    store = memoryStore();
    book = new MemoryWebhookRegistry();
    log = new RecordingLog();
    await boot();
  });

  afterEach(async () => {
    feed.close();
    await webhooks.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function boot(): Promise<void> {
    const newest = await store.lastSeq();
    timers = new SimulatedClock();
    feed = await openFeed({ store, timers, newest, numbered: () => journal.last });
    journal = new Journal(newest, feed.publish);
    const clock = { now: () => 1_700_000_000_000 + timers.now(), random: () => 0.5 };
    const identity = { instance: 'plant-1', version: '1.2.3' };
    webhooks = openWebhooks({ registry: book, clock, timers, log, identity })({
      feed: (query, signal) => feed.read(query, signal),
      newest: () => feed.newest,
      history: (query) => store.history(query),
      isFailing: ({ serviceId }) => Promise.resolve(failing.has(serviceId ?? '')),
      view: eventView,
      tail: ({ detail }) =>
        Promise.resolve([{ at: null, stream: 'stderr', text: `of launch ${String(detail['generation'])}` }]),
      note: (fact) => void noted.push(fact),
    });
  }

  function port(): number {
    return (server.address() as AddressInfo).port; // a listening TCP server has a port
  }

  function spec(overrides: Partial<WebhookSpec> = {}): WebhookSpec {
    const url = `http://127.0.0.1:${port()}/hook?key=k1`;
    return {
      name: 'alerts',
      url,
      secret: SECRET,
      filter: ALL_EVENTS,
      timeoutMs: 5_000,
      giveUpAfterMs: null,
      ...overrides,
    };
  }

  async function happen(overrides: Partial<JournalDraft> = {}): Promise<void> {
    const { seq, ...draft } = journalEntry(0, overrides);
    await journal.write([{ ...draft, detail: { ...draft.detail, was: seq } }], (entries) =>
      store.commitIntentions(intentionCommit({ journal: entries })),
    );
  }

  const seqs = (): number[] => received.map(({ body }) => (JSON.parse(body) as { data: { seq: number } }).data.seq);

  function receivedAre(...expected: number[]): Promise<void> {
    return eventually(() => {
      expect(seqs()).to.deep.equal(expected);
    });
  }

  /** Until then an event may be sent again, by the next host or with another configuration. */
  function isKept(position: number): Promise<void> {
    return eventually(async () => {
      expect((await book.places())[0]?.position).to.equal(position);
    });
  }

  it('posts each event, with a signature that the Standard Webhooks library verifies', async () => {
    await webhooks.configure([spec()]);
    await happen({ type: 'process.exited', detail: { code: 1 } });
    await receivedAre(1);
    const { url, headers, body } = received[0]!;
    expect(url).to.equal('/hook?key=k1');
    expect(headers).to.include({ 'content-type': 'application/json', 'user-agent': 'coredinator/1.2.3' });
    expect(headers['webhook-id']).to.match(/^plant-1_1_[0-9a-z]+$/);
    const verified = new Webhook(SECRET).verify(body, headers as Record<string, string>);
    expect(verified).to.deep.include({ type: 'process.exited', timestamp: '2023-11-14T22:13:20.000Z' });
    expect(() => new Webhook(SECRET).verify(`${body} `, headers as Record<string, string>)).to.throw('signature');
  });

  it('has the last words of a process with its end, if that is configured', async () => {
    await webhooks.configure([spec({ includeOutput: true })]);
    await happen({ type: 'process.exited', detail: { generation: 7 } });
    await happen({ type: 'process.launched' });
    await webhooks.configure([spec({ includeOutput: true }), spec({ name: 'short' })]);
    await happen({ type: 'process.exited', detail: { generation: 8 } });
    await eventually(() => expect(received).to.have.length(4));
    const tails = received.map(
      ({ body }) => (JSON.parse(body) as { data: { output_tail?: unknown } }).data.output_tail,
    );
    const of = (generation: number) => [{ at: null, stream: 'stderr', text: `of launch ${generation}` }];
    expect(tails.slice(0, 2)).to.deep.equal([of(7), undefined]);
    expect(tails.slice(2)).to.have.deep.members([of(8), undefined]);
  });

  it('sends only matching events, in the order of the journal', async () => {
    await webhooks.configure([spec({ filter: { agentIds: ['pump1'], serviceIds: [], types: ['process.*'] } })]);
    await happen({ type: 'process.launched' });
    await happen({ type: 'service.state_changed' });
    await happen({ type: 'process.exited', agentId: 'pump2' });
    await happen({ type: 'process.exited' });
    await receivedAre(1, 4);
  });

  it('sends an orphan to a webhook with the deprecated type in its filter, and warns once', async () => {
    const asked = spec({ filter: { agentIds: [], serviceIds: [], types: ['process.stray', 'process.exited'] } });
    await webhooks.configure([asked]);
    await webhooks.configure([asked]);
    await happen({ type: 'process.orphan' });
    await happen({ type: 'process.launched' });
    await happen({ type: 'process.exited' });
    await receivedAre(1, 3);
    const warnings = log.records.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message, fields }) => [message, fields])).to.deep.equal([
      ['The event type process.stray is deprecated; use process.orphan.', { webhook: 'alerts' }],
    ]);
  });

  it('repeats an event with the same id until it is accepted', async () => {
    answer = (response) => response.writeHead(received.length === 1 ? 503 : 204).end();
    await webhooks.configure([spec()]);
    await happen();
    await happen();
    await receivedAre(1);
    await eventually(() => {
      timers.increment(1_000);
      expect(seqs()).to.deep.equal([1, 1, 2]);
    });
    expect(received[1]?.headers['webhook-id']).to.equal(received[0]?.headers['webhook-id']);
    const warning = log.records.find(({ level }) => level === 'warn');
    expect(warning?.fields).to.deep.equal({ webhook: 'alerts', seq: 1, reason: `127.0.0.1:${port()} returned 503` });
  });

  it('continues from its position in the next host, and starts with the next event if it is new', async () => {
    await happen();
    await webhooks.configure([spec()]);
    await happen();
    await receivedAre(2);
    await isKept(2);
    feed.close();
    await webhooks.close();
    await boot();
    await happen();
    await webhooks.configure([spec()]);
    await receivedAre(2, 3);
  });

  it('delivers the last events before the host shuts down', async () => {
    await webhooks.configure([spec()]);
    await happen({ type: 'host.stopped' });
    feed.close();
    await webhooks.close();
    expect(seqs()).to.deep.equal([1]);
  });

  it('follows the configuration: a changed webhook continues, a removed one is forgotten', async () => {
    await webhooks.configure([spec()]);
    await happen();
    await isKept(1);
    await webhooks.configure([spec({ url: `http://127.0.0.1:${port()}/other` })]);
    await happen();
    await receivedAre(1, 2);
    expect(received[1]?.url).to.equal('/other');
    await webhooks.configure([]);
    await happen();
    await webhooks.configure([spec()]);
    await happen();
    await receivedAre(1, 2, 4);
  });

  it('stops at 410 until the configuration changes', async () => {
    answer = (response) => response.writeHead(410).end();
    await webhooks.configure([spec()]);
    await happen();
    await eventually(() => {
      expect(noted.map(({ type }) => type)).to.deep.equal(['webhook.disabled']);
    });
    expect(webhooks.problems()[0]).to.match(/^Webhook "alerts" is disabled because .*410/);
    answer = (response) => response.end();
    await webhooks.configure([spec({ timeoutMs: 6_000 })]);
    await receivedAre(1, 1);
    expect(webhooks.problems()).to.deep.equal([]);
  });

  it('follows no redirect', async () => {
    answer = (response) => response.writeHead(302, { location: '/elsewhere' }).end();
    await webhooks.configure([spec()]);
    await happen();
    await eventually(() => {
      expect(log.records.map(({ fields }) => fields['reason'])).to.include(
        `127.0.0.1:${port()} returned 302, a redirect, which is not followed`,
      );
    });
    expect(received.map(({ url }) => url)).to.deep.equal(['/hook?key=k1']);
  });

  it('goes by the status of a response that never ends', async () => {
    answer = (response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
        response.once('drain', pour);
      };
      pour();
    };
    await webhooks.configure([spec()]);
    await happen();
    await happen();
    await receivedAre(1, 2);
  });

  it('aborts an attempt that is not answered in time', async () => {
    answer = () => undefined;
    await webhooks.configure([spec({ timeoutMs: 100 })]);
    await happen();
    await eventually(() => {
      expect(log.records.map(({ fields }) => fields['reason'])).to.include(
        `127.0.0.1:${port()} did not answer within 100 ms`,
      );
    });
  });

  it('reports in its problems what has been failing for five minutes, and never shows a secret', async () => {
    const failing = spec({ url: `http://user:pass-w0rd@127.0.0.1:${port()}/t0ken`, giveUpAfterMs: 600_000 });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await webhooks.configure([failing]);
    await happen();
    await eventually(() => {
      timers.increment(30_000);
      expect(webhooks.problems()).to.have.length(1);
    });
    expect(webhooks.problems()[0]).to.match(
      /^Webhook "alerts" has delivered nothing since 2023-.*: 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\); its events are waiting\. Check its receiver\.$/,
    );
    await eventually(() => {
      timers.increment(60_000);
      expect(noted.map(({ type }) => type)).to.deep.equal(['webhook.dropped']);
    });
    const shown = JSON.stringify([webhooks.problems(), noted, log.records, await book.places()]);
    for (const secret of [SECRET.slice(6), 'pass-w0rd', 't0ken']) expect(shown).not.to.include(secret);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  it('sends the credentials of its URL', async () => {
    await webhooks.configure([spec({ url: `http://user:pass@127.0.0.1:${port()}/` })]);
    await happen();
    await receivedAre(1);
    expect(received[0]?.headers.authorization).to.equal(`Basic ${Buffer.from('user:pass').toString('base64')}`);
  });

  it('does not get the events of its own losses, but those of others', async () => {
    await webhooks.configure([spec()]);
    await happen({ type: 'webhook.dropped', detail: { webhook: 'alerts' } });
    await happen({ type: 'webhook.dropped', detail: { webhook: 'other' } });
    await receivedAre(2);
  });

  it('continues if its position cannot be stored', async () => {
    book.isBroken = true;
    await webhooks.configure([spec()]);
    await happen();
    await happen();
    await receivedAre(1, 2);
  });

  describe('that are muted', () => {
    const HOUR_MS = 60 * 60_000;
    const FAILED = { type: 'service.state_changed', from: 'running', to: 'failed' } as const;
    const mute = (overrides: { agentId?: string | null; hours?: number } = {}): Promise<void> => {
      const { agentId = null, hours = 1 } = overrides;
      const since = 1_700_000_000_000 + timers.now();
      return webhooks.mute({
        ...{ webhook: 'alerts', agentId, since, until: since + hours * HOUR_MS, actor: 'anna', note: null },
      });
    };
    const happenTo = (serviceId: string, more: Partial<JournalDraft>): Promise<void> =>
      happen({ serviceId, agentId: serviceId.replace(/-.*/, ''), ...more });

    it('send nothing until then, and after that what still fails and new events', async () => {
      await webhooks.configure([spec()]);
      await mute();
      await happenTo('pump1-corerl', FAILED);
      await happenTo('pump2-corerl', FAILED);
      await happenTo('pump2-corerl', { ...FAILED, from: 'failed', to: 'starting' });
      await happenTo('pump1-corerl', { type: 'service.signalled', from: null, to: null });
      await isKept(4);
      failing.add('pump1-corerl');
      timers.increment(HOUR_MS);
      await receivedAre(1);
      await happenTo('pump3-corerl', FAILED);
      await receivedAre(1, 5);
      expect(noted.slice(1)).to.deep.equal([
        {
          type: 'webhook.unmuted',
          detail: {
            ...{ webhook: 'alerts', agent_id: null, since: '2023-11-14T22:13:20.000Z' },
            ...{ suppressed: 4, first_seq: 1, last_seq: 4, sent: [1] },
          },
        },
      ]);
      await eventually(async () => {
        expect(await book.mutes()).to.deep.equal([]);
      });
    });

    it('end although no event of theirs has come for a while', async () => {
      const filter = { ...ALL_EVENTS, types: ['service.state_changed'] };
      await webhooks.configure([spec({ filter })]);
      await happen({ type: 'host.started' });
      await mute();
      await happenTo('pump1-corerl', FAILED);
      await isKept(2);
      await happen({ type: 'service.acknowledged' });
      await happen({ type: 'webhook.muted', detail: { webhook: 'alerts' } });
      failing.add('pump1-corerl');
      timers.increment(HOUR_MS);
      await receivedAre(2);
    });

    it('end once they have come to the last event before the end', async () => {
      await webhooks.configure([spec()]);
      await mute({ agentId: 'pump1' });
      let release = (): void => undefined;
      answer = (response) => (release = () => response.end());
      await happenTo('pump2-corerl', FAILED);
      await receivedAre(1);
      await happenTo('pump1-corerl', FAILED);
      await happenTo('pump1-corerl', { ...FAILED, from: 'failed', to: 'starting' });
      timers.increment(HOUR_MS);
      answer = (response) => response.end();
      release();
      await isKept(3);
      await happenTo('pump2-corerl', FAILED);
      await receivedAre(1, 4);
      expect(noted.map(({ detail }) => detail['suppressed'])).to.deep.equal([undefined, 2]);
    });

    it('leave an event to a longer mute that overlaps', async () => {
      await webhooks.configure([spec()]);
      await mute();
      await happenTo('pump1-corerl', FAILED);
      await isKept(1);
      await mute({ agentId: 'pump1', hours: 2 });
      failing.add('pump1-corerl');
      timers.increment(HOUR_MS);
      await happenTo('pump2-corerl', FAILED);
      await receivedAre(2);
      timers.increment(HOUR_MS);
      await receivedAre(2, 1);
    });

    it('are still muted in the next host, and after a change of their configuration', async () => {
      await webhooks.configure([spec()]);
      await mute();
      await webhooks.configure([spec({ timeoutMs: 6_000 })]);
      expect(webhooks.statuses()[0]?.mutes).to.have.length(1);
      feed.close();
      await webhooks.close();
      await boot();
      await webhooks.configure([spec()]);
      expect(webhooks.statuses()[0]).to.have.nested.property('mutes[0].actor', 'anna');
      await happenTo('pump1-corerl', FAILED);
      await isKept(1);
      await webhooks.unmute('alerts', null);
      await happenTo('pump2-corerl', FAILED);
      await receivedAre(2);
    });

    it('hold back the same events in the next host, which knows what had been sent all the same', async () => {
      await webhooks.configure([spec()]);
      let release = (): void => undefined;
      answer = (response) => (release = () => response.end());
      await happenTo('pump1-corerl', FAILED);
      await receivedAre(1);
      await mute();
      release();
      await isKept(1);
      await happenTo('pump2-corerl', FAILED);
      await isKept(2);
      feed.close();
      await webhooks.close();
      await boot();
      answer = (response) => response.end();
      await webhooks.configure([spec()]);
      await happenTo('pump3-corerl', FAILED);
      await isKept(3);
      for (const id of ['pump1-corerl', 'pump2-corerl']) failing.add(id);
      await webhooks.unmute('alerts', null);
      await receivedAre(1, 2);
      expect(noted.at(-1)?.detail).to.include({ suppressed: 2, first_seq: 2, last_seq: 3 });
    });

    it('are not if that cannot be stored', async () => {
      await webhooks.configure([spec()]);
      book.isBroken = true;
      await mute().then(
        () => expect.fail('it was stored'),
        (error: unknown) => expect(error).to.have.property('code', 'store_unavailable'),
      );
      expect(webhooks.statuses()[0]?.mutes).to.deep.equal([]);
    });

    it('miss no event that comes while they send what still fails', async () => {
      await webhooks.configure([spec()]);
      await mute();
      await happenTo('pump1-corerl', FAILED);
      await isKept(1);
      failing.add('pump1-corerl');
      let release = (): void => undefined;
      answer = (response) => (release = () => response.end());
      timers.increment(HOUR_MS);
      await receivedAre(1);
      await happenTo('pump2-corerl', FAILED);
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      answer = (response) => response.end();
      release();
      await receivedAre(1, 2);
    });
  });
});
