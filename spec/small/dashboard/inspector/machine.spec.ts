import { expect } from 'chai';
import { createActor, fromCallback, fromPromise, SimulatedClock } from 'xstate';
import { ProblemError, UnreachableError } from '../../../../lib/client/client.ts';
import { inspectorMachine } from '../../../../lib/dashboard/inspector/feed/machine.ts';
import type { HealthView } from '../../../../lib/api/schemas/host.ts';
import type { Inbox } from '../../../../lib/dashboard/inspector/feed/inbox.ts';
import type { SocketEvent } from '../../../../lib/dashboard/inspector/feed/socket.ts';
import { parseRecording } from '../../../../lib/dashboard/inspector/model/recording.ts';
import { plantWorld, type TapeWorld } from './tape-world.ts';

const HEALTH = { name: 'plant-north', version: '0.1.0', status: 'healthy' } as unknown as HealthView; // all that is read of it

/** The page's machine on a simulated clock, with a connection that the spec drives. */
class InspectorWorld {
  readonly clock = new SimulatedClock();
  readonly actor;
  /** What the host answers to the question why a connection was closed. */
  session: () => Promise<unknown> = () => Promise.resolve({});
  /** How many connections were opened, and how many are open. */
  opened = 0;
  open = 0;
  #inbox: Inbox | null = null;
  #sendBack: (event: SocketEvent) => void = () => undefined;

  constructor() {
    const machine = inspectorMachine.provide({
      actors: {
        socket: fromCallback<SocketEvent, { readonly url: URL; readonly inbox: Inbox }>(({ sendBack, input }) => {
          this.opened += 1;
          this.open += 1;
          this.#inbox = input.inbox;
          this.#sendBack = sendBack;
          return () => {
            this.open -= 1;
          };
        }),
        readHealth: fromPromise(() => Promise.resolve(HEALTH)),
        askSession: fromPromise(() => this.session()),
      },
    });
    const client = {} as never; // only the effects above would use it
    const socketUrl = new URL('ws://127.0.0.1:1');
    const now = () => 1_000 + this.clock.now();
    this.actor = createActor(machine, { clock: this.clock, input: { client, socketUrl, now } });
    this.actor.start();
  }

  get context() {
    return this.actor.getSnapshot().context;
  }

  /** The names of the listed events. */
  get events(): readonly string[] {
    return this.context.tape.rows.map(({ event }) => event);
  }

  is(state: Parameters<ReturnType<typeof this.actor.getSnapshot>['matches']>[0]): boolean {
    return this.actor.getSnapshot().matches(state);
  }

  connect(): void {
    this.#sendBack({ type: 'socket.opened' });
  }

  close(code: number, reason = ''): void {
    this.#sendBack({ type: 'socket.closed', code, reason });
  }

  /** What a socket does with messages. */
  receive(texts: readonly string[]): void {
    for (const text of texts) {
      const isFirst = this.#inbox?.isEmpty === true;
      this.#inbox?.add(text);
      if (isFirst) this.#sendBack({ type: 'socket.received' });
    }
  }

  async pass(ms: number): Promise<void> {
    this.clock.increment(ms);
    for (let round = 0; round < 5; round += 1) await Promise.resolve();
  }

  /** Connects, and receives the state of a plant. */
  async begin(): Promise<TapeWorld> {
    const host = plantWorld();
    this.connect();
    this.receive(host.texts.splice(0));
    await this.pass(100);
    return host;
  }

  /** Lets the host send more than is held back while the page is paused. */
  async overflow(host: TapeWorld): Promise<void> {
    host.event('agent:pump1', 'big', undefined, { big: 'x'.repeat(1_000_000) });
    const texts = host.texts.splice(0);
    this.receive(Array.from({ length: 70 }, () => texts).flat());
    await this.pass(100);
  }

  /** Lets the host send an event. */
  async happen(host: TapeWorld, type: string): Promise<void> {
    host.move('agent:pump1', type, type === 'up' ? 'running' : 'backoff');
    this.receive(host.texts.splice(0));
    await this.pass(100);
  }
}

describe('the machine of the inspector page', () => {
  it('hands on together what comes within a short time', async () => {
    const page = new InspectorWorld();
    const host = await page.begin();
    const { version } = page.context;
    for (let round = 0; round < 50; round += 1) host.move('agent:pump1', `e${round}`, 'running');
    page.receive(host.texts.splice(0));
    expect(page.context.version).to.equal(version);
    await page.pass(60);
    expect(page.context.version).to.equal(version + 1);
    expect(page.events).to.have.length(50);
  });

  it('shows what came just before the connection was lost, and continues with the next connection', async () => {
    const page = new InspectorWorld();
    const host = await page.begin();
    host.move('agent:pump1', 'down', 'backoff');
    page.receive(host.texts.splice(0));
    page.close(1006);
    expect(page.events).to.deep.equal(['down', 'the connection to the host was lost']);
    await page.pass(0);
    await page.pass(1_000);
    page.connect();
    await page.happen(host, 'up');
    expect(page.events).to.deep.equal(['down', 'the connection to the host was lost', 'up']);
  });

  it('hands on what was still waiting when a new connection replaced the one before', async () => {
    const page = new InspectorWorld();
    const host = await page.begin();
    page.actor.send({ type: 'pause' });
    await page.overflow(host);
    host.move('agent:pump1', 'down', 'backoff');
    page.receive(host.texts.splice(0));
    page.actor.send({ type: 'resume' });
    expect(page.opened).to.equal(2);
    page.connect();
    await page.pass(100);
    await page.happen(host, 'up');
    expect(page.events.slice(-2)).to.deep.equal(['down', 'up']);
  });

  it('holds back what comes while it is paused, counts it, and shows it afterwards', async () => {
    const page = new InspectorWorld();
    const host = await page.begin();
    await page.happen(host, 'down');
    page.actor.send({ type: 'pause' });
    await page.happen(host, 'up');
    await page.happen(host, 'down');
    expect(page.events).to.deep.equal(['down']);
    expect(page.context.heldEvents).to.equal(2);
    expect(page.context.moment).to.equal(page.context.tape.end);
    page.actor.send({ type: 'resume' });
    await page.pass(16);
    expect(page.events).to.deep.equal(['down', 'up', 'down']);
    expect([page.context.heldEvents, page.context.moment]).to.deep.equal([0, null]);
  });

  it('shows much that was held back in parts and in order, with what comes in the meantime after it', async () => {
    const page = new InspectorWorld();
    const host = await page.begin();
    page.actor.send({ type: 'pause' });
    for (let round = 0; round < 150; round += 1) host.move('agent:pump1', `e${round}`, 'running');
    page.receive(host.texts.splice(0));
    await page.pass(100);
    page.actor.send({ type: 'resume' });
    expect(page.events).to.deep.equal([]);
    await page.pass(16);
    expect(page.events).to.have.length(100);
    page.actor.send({ type: 'pause' });
    await page.happen(host, 'down');
    expect([page.events.length, page.context.heldEvents]).to.deep.equal([100, 51]);
    page.actor.send({ type: 'resume' });
    await page.pass(0);
    await page.happen(host, 'up');
    await page.pass(100);
    const moves = Array.from({ length: 150 }, (_, round) => `e${round}`);
    expect(page.events).to.deep.equal([...moves, 'down', 'up']);
    expect(page.is({ view: 'following' })).to.equal(true);
    expect(page.opened).to.equal(1);
  });

  it('gets the state of all actors again if too much comes before it has caught up', async () => {
    const page = new InspectorWorld();
    const host = await page.begin();
    host.event('agent:pump1', 'big', undefined, { big: 'x'.repeat(30_000) });
    const texts = host.texts.splice(0);
    const send = (count: number): void => {
      page.receive(Array.from({ length: count }, () => texts).flat());
    };
    page.actor.send({ type: 'pause' });
    send(2_000);
    await page.pass(100);
    page.actor.send({ type: 'resume' });
    send(1_500);
    for (let part = 0; part < 4; part += 1) await page.pass(16);
    expect([page.opened, page.open]).to.deep.equal([2, 1]);
    await page.pass(100);
    expect(page.events.filter((event) => / messages were too many and were dropped$/.test(event))).to.have.length(1);
  });

  it('pauses when a moment is chosen, and steps between moments', async () => {
    const page = new InspectorWorld();
    const host = await page.begin();
    await page.happen(host, 'down');
    await page.happen(host, 'up');
    const [down, up] = page.context.tape.rows.map(({ position }) => position);
    page.actor.send({ type: 'moment.chosen', position: down! });
    expect(page.is({ view: 'paused' })).to.equal(true);
    page.actor.send({ type: 'moment.chosen', position: up! });
    expect(page.context.moment).to.equal(up);
  });

  it('drops what is too much while it is paused, says so, and gets the state of all actors again', async () => {
    const page = new InspectorWorld();
    const host = await page.begin();
    page.actor.send({ type: 'pause' });
    await page.overflow(host);
    page.actor.send({ type: 'resume' });
    await page.pass(16);
    expect(page.events[0]).to.match(/^\d+ messages were too many and were dropped$/);
    expect([page.opened, page.open]).to.deep.equal([2, 1]);
  });

  it('connects again after a lost connection, with one mark for all attempts', async () => {
    const page = new InspectorWorld();
    const host = await page.begin();
    await page.happen(host, 'down');
    page.session = () => Promise.reject(new UnreachableError('http://127.0.0.1:1', new Error('refused')));
    page.close(1006);
    await page.pass(0);
    expect(page.context.lostAt).not.to.equal(null);
    expect(page.context.problem).to.include('refused');
    await page.pass(1_000);
    page.close(1006);
    await page.pass(0);
    await page.pass(1_000);
    expect(page.opened).to.equal(3);
    page.connect();
    expect([page.context.lostAt, page.context.problem]).to.deep.equal([null, null]);
    expect(page.events).to.deep.equal(['down', 'the connection to the host was lost']);
  });

  it('stays away from a host that requires a sign-in', async () => {
    for (const how of ['withdrawn', 'refused'] as const) {
      const page = new InspectorWorld();
      const problem = { type: '/docs#token_required', title: 'Token required', status: 401, detail: 'Sign in.' };
      page.session = () => Promise.reject(new ProblemError(problem));
      page.close(how === 'withdrawn' ? 1008 : 1006, how === 'withdrawn' ? 'The token was withdrawn.' : '');
      await page.pass(0);
      expect(page.is({ source: { live: 'refused' } }), how).to.equal(true);
      expect(page.context.problem).to.equal(how === 'withdrawn' ? 'The token was withdrawn.' : 'Sign in.');
      await page.pass(60_000);
      expect(page.opened).to.equal(1);
    }
  });

  it('records, also while it is paused, and shows the file without the host', async () => {
    const page = new InspectorWorld();
    const host = await page.begin();
    await page.happen(host, 'down');
    page.actor.send({ type: 'record.start' });
    await page.happen(host, 'up');
    page.actor.send({ type: 'pause' });
    await page.happen(host, 'down');
    page.actor.send({ type: 'record.stop', charts: { agent: '<svg/>' } });
    const { file } = page.context;
    expect(file?.name).to.match(/^inspector-plant-north-[\d-]+T[\d-]+\.json$/);

    const other = new InspectorWorld();
    other.actor.send({ type: 'recording.opened', recording: parseRecording(file!.text) });
    expect(other.open).to.equal(0);
    expect(other.events).to.deep.equal(['up', 'down']);
    const { tape, recording } = other.context;
    const [up] = tape.rows;
    expect(tape.stateBefore(host.id('agent:pump1'), up!.position)?.value).to.equal('backoff');
    expect(tape.stateAt(host.id('agent:pump1'), up!.position)?.value).to.equal('running');
    expect(recording?.host.name).to.equal('plant-north');

    other.actor.send({ type: 'recording.closed' });
    expect(other.open).to.equal(1);
    expect(other.context.tape.rows).to.deep.equal([]);
  });
});
