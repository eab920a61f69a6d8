import { expect } from 'chai';
import { createActor, fromPromise, SimulatedClock, type ActorRefFrom, type InputFrom } from 'xstate';
import type { JournalEntry } from '../../../lib/model/journal.ts';
import type { WebhookMute, WebhookPlace } from '../../../lib/model/webhook.ts';
import { createWebhookMachine } from '../../../lib/webhook/machine.ts';
import type { Behind, HeldBack, HeldBackQuery } from '../../../lib/webhook/mutes.ts';
import type { Outcome } from '../../../lib/webhook/outcome.ts';
import type { WebhookEffects } from '../../../lib/webhook/setup.ts';
import type { Next } from '../../../lib/webhook/source.ts';
import { journalEntry } from '../../support/store/store-contract.ts';

const NEW: WebhookPlace = { name: 'alerts', position: 0, failingSince: null, goneRevision: null };
const ACCEPTED: Outcome = { type: 'accepted' };
const HOUR_MS = 60 * 60_000;

function failed(retryAfterMs: number | null = null): Outcome {
  return { type: 'failed', reason: 'example.com answered 503', retryAfterMs };
}

function event(seq: number): Next {
  return { type: 'event', entry: journalEntry(seq) };
}

describe('the machine of a webhook', () => {
  let timers: SimulatedClock;
  let coming: (Next | Error)[];
  let answers: Outcome[];
  let attempts: number[];
  let kept: WebhookPlace[];
  let movedTo: number[];
  let told: string[];
  let noted: string[];
  let wake: () => void;
  let hang: Promise<void> | null;
  let newest: number;
  let asked: HeldBackQuery[];
  let stillFailing: JournalEntry[];
  let forgotten: WebhookMute[];
  let actor: ActorRefFrom<ReturnType<typeof createWebhookMachine>>;

  beforeEach(() => {
    timers = new SimulatedClock();
    [coming, answers, attempts, kept, told, noted] = [[], [], [], [], [], []];
    [newest, asked, stillFailing, forgotten, movedTo] = [0, [], [], [], []];
    wake = () => undefined;
    hang = null;
  });

  afterEach(() => {
    actor.stop();
  });

  async function next(): Promise<Next> {
    while (coming.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const first = coming.shift()!;
    if (first instanceof Error) throw first;
    return first;
  }

  async function start(
    place: WebhookPlace = NEW,
    giveUpAfterMs: number | null = 24 * HOUR_MS,
    mutes: readonly WebhookMute[] = [],
  ): Promise<void> {
    const machine = createWebhookMachine(
      {
        nextEvent: fromPromise<Next, number>(() => next()),
        deliver: fromPromise<Outcome, JournalEntry>(async ({ input }) => {
          attempts.push(input.seq);
          await hang;
          return answers.shift() ?? ACCEPTED;
        }),
        keepPlace: fromPromise(({ input: { place, moved } }: { input: InputFrom<WebhookEffects['keepPlace']> }) => {
          kept.push(place);
          movedTo.push(...moved.map(({ after }) => after));
          return Promise.resolve();
        }),
        readHeldBack: fromPromise<HeldBack | Behind, HeldBackQuery>(({ input }) => {
          asked.push(input);
          const { mute, position } = input;
          if ((mute.end ?? 0) > position && coming.length > 0) return Promise.resolve({ type: 'behind' });
          return Promise.resolve({ type: 'held_back', mute, due: stillFailing, count: 7, first: 1, last: 9 });
        }),
        forgetMute: fromPromise(({ input }: { input: WebhookMute }) => {
          forgotten.push(input);
          return Promise.resolve();
        }),
        newest: () => newest,
        log: (what) => void told.push(what),
        noted: (type, { seq, reason }) => void noted.push([type, seq ?? '', reason].join(' ')),
      },
      { now: () => timers.now(), random: () => 0.5 },
    );
    const spec = { name: 'alerts', giveUpAfterMs };
    actor = createActor(machine, { input: { spec, revision: 'r1', place, mutes }, clock: timers }).start();
    await turns();
  }

  async function turns(): Promise<void> {
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async function come(...items: (Next | Error)[]): Promise<void> {
    coming.push(...items);
    wake();
    await turns();
  }

  async function pass(ms: number): Promise<void> {
    timers.increment(ms);
    await turns();
  }

  it('delivers one event after the other, and stores each position before the next', async () => {
    await start();
    await come(event(3), event(5));
    expect(attempts).to.deep.equal([3, 5]);
    expect(kept.map(({ position }) => position)).to.deep.equal([3, 5]);
  });

  it('tries an event again after 1 s, 2 s, 4 s and so on up to 5 minutes, and lets none overtake it', async () => {
    await start();
    answers = Array.from({ length: 12 }, () => failed());
    await come(event(1), event(2));
    const waits: number[] = [];
    for (let wait = 0; attempts.length < 13; wait += 1_000) {
      const before = attempts.length;
      await pass(1_000);
      if (attempts.length === before) continue;
      waits.push((wait + 1_000) / 1_000);
      wait = -1_000;
    }
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    await turns();
    expect(attempts.slice(-2)).to.deep.equal([1, 2]);
    expect(told).to.deep.equal(['failing', 'delivered_again']);
    expect(kept.at(-1)).to.deep.equal({ ...NEW, position: 2 });
  });

  it('waits as long as the receiver requests', async () => {
    await start();
    answers = [failed(90_000)];
    await come(event(1));
    await pass(89_999);
    expect(attempts).to.deep.equal([1]);
    await pass(1);
    expect(attempts).to.deep.equal([1, 1]);
  });

  it('stores when it began to fail, so that the next host continues the count', async () => {
    await start({ ...NEW, failingSince: -23 * HOUR_MS });
    answers = [failed(), failed()];
    await come(event(1));
    expect(kept.at(-1)).to.deep.equal({ ...NEW, failingSince: -23 * HOUR_MS });
    expect(noted).to.deep.equal([]);
    await pass(HOUR_MS);
    expect(noted).to.deep.equal(['webhook.dropped 1 example.com answered 503']);
  });

  it('gives an event up when it has failed for too long, then tries each of the others at least once', async () => {
    await start(NEW, 10_000);
    answers = Array.from({ length: 7 }, () => failed());
    await come(event(1), event(2), event(3));
    for (const wait of [1_000, 2_000, 4_000, 8_000]) await pass(wait);
    expect(noted).to.deep.equal(['webhook.dropped 1 example.com answered 503']);
    expect(kept.at(-1)).to.deep.equal({ ...NEW, position: 1, failingSince: 0 });
    expect(attempts).to.deep.equal([1, 1, 1, 1, 1]);
    await pass(16_000);
    expect(attempts.slice(5)).to.deep.equal([2]);
    expect(noted).to.have.length(2);
    await pass(32_000);
    await pass(64_000);
    expect(attempts.slice(6)).to.deep.equal([3]);
    expect(noted).to.have.length(3);
    await come(event(4));
    expect(attempts.at(-1)).to.equal(4);
    expect(kept.at(-1)).to.deep.equal({ ...NEW, position: 4 });
  });

  it('never gives up if configured so', async () => {
    await start(NEW, null);
    answers = Array.from({ length: 400 }, () => failed());
    await come(event(1));
    for (let count = 0; count < 400; count += 1) await pass(301_000);
    expect(noted).to.deep.equal([]);
    expect(kept.at(-1)).to.deep.equal({ ...NEW, position: 1 });
  });

  it('sends nothing more to a receiver that is gone, and records it once', async () => {
    await start();
    answers = [{ type: 'gone' }];
    await come(event(1), event(2));
    await pass(HOUR_MS);
    expect(attempts).to.deep.equal([1]);
    expect(noted).to.deep.equal(['webhook.disabled  the receiver returned 410 Gone']);
    expect(kept.at(-1)).to.deep.equal({ ...NEW, goneRevision: 'r1' });
    actor.stop();
    await start({ ...NEW, goneRevision: 'r1' });
    await pass(HOUR_MS);
    expect([attempts, noted.length]).to.deep.equal([[1], 1]);
  });

  it('tries a receiver that was gone again after a change of its configuration', async () => {
    await start({ ...NEW, goneRevision: 'r0' });
    await come(event(1));
    expect(attempts).to.deep.equal([1]);
    expect(kept.at(-1)).to.deep.equal({ ...NEW, position: 1 });
  });

  it('records events that the journal no longer has, and continues after them', async () => {
    await start();
    await come({ type: 'lost', position: 49, reason: 'it is too old' }, event(50), { type: 'nothing', position: 99 });
    expect(noted).to.deep.equal(['webhook.dropped  it is too old']);
    expect(kept.map(({ position }) => position)).to.deep.equal([49, 50, 99]);
  });

  it('reads the journal again some time after a failed read', async () => {
    await start();
    await come(new Error('the disk is gone'), event(1));
    expect([told, attempts]).to.deep.equal([['unread'], []]);
    await pass(5_000);
    expect(attempts).to.deep.equal([1]);
  });

  describe('when the host shuts down', () => {
    const leave = async (): Promise<void> => {
      actor.send({ type: 'webhook.leave' });
      await turns();
    };
    const isOver = (): boolean => actor.getSnapshot().status === 'done';

    it('delivers the remaining events and then ends', async () => {
      await start();
      await leave();
      expect(isOver()).to.equal(false);
      await come(event(1), { type: 'over' });
      expect([attempts, isOver()]).to.deep.equal([[1], true]);
      expect(kept.at(-1)).to.deep.equal({ ...NEW, position: 1 });
    });

    it('does not wait for another attempt', async () => {
      await start();
      answers = [failed()];
      await come(event(1));
      await leave();
      expect(isOver()).to.equal(true);
    });

    it('makes no other attempt after the one in progress', async () => {
      let end = (): void => undefined;
      hang = new Promise((resolve) => (end = resolve));
      await start();
      answers = [failed()];
      await come(event(1));
      await leave();
      expect(isOver()).to.equal(false);
      end();
      await turns();
      expect([attempts, isOver()]).to.deep.equal([[1], true]);
    });

    it('aborts an attempt after a second', async () => {
      hang = new Promise(() => undefined);
      await start();
      await come(event(1));
      await leave();
      await pass(999);
      expect(isOver()).to.equal(false);
      await pass(1);
      expect(isOver()).to.equal(true);
    });

    it('ends at once if its receiver is gone', async () => {
      await start({ ...NEW, goneRevision: 'r1' });
      await leave();
      expect(isOver()).to.equal(true);
    });
  });

  describe('that is muted', () => {
    const MUTE: WebhookMute = {
      ...{ webhook: 'alerts', agentId: null, until: HOUR_MS, since: 0, after: 0, actor: 'anna', note: null },
    };
    const ofAgent = (seq: number, agentId: string | null): Next => ({
      type: 'event',
      entry: journalEntry(seq, { agentId }),
    });

    it('passes events without an attempt, and stores that', async () => {
      await start();
      actor.send({ type: 'webhook.mute', mute: MUTE });
      await come(event(1), event(2));
      expect(attempts).to.deep.equal([]);
      expect(kept.at(-1)).to.deep.equal({ ...NEW, position: 2 });
    });

    it('does not hold back the event whose delivery had begun, and remembers that', async () => {
      await start();
      let finish = (): void => undefined;
      hang = new Promise((resolve) => (finish = resolve));
      await come(event(1));
      actor.send({ type: 'webhook.mute', mute: MUTE });
      finish();
      await turns();
      await come(event(2));
      newest = 2;
      await pass(HOUR_MS);
      expect(attempts).to.deep.equal([1]);
      expect(asked.map(({ mute }) => [mute.after, mute.sent])).to.deep.equal([[1, []]]);
      expect(movedTo, 'and has it stored').to.include(1);
    });

    it('remembers that too where the mute holds back earlier events than that one', async () => {
      await start({ ...NEW, position: 5 });
      let finish = (): void => undefined;
      hang = new Promise((resolve) => (finish = resolve));
      await come(event(6));
      actor.send({ type: 'webhook.mute', mute: { ...MUTE, after: 3 } });
      finish();
      await turns();
      newest = 6;
      await pass(HOUR_MS);
      expect(asked.map(({ mute }) => [mute.after, mute.sent])).to.deep.equal([[3, [6]]]);
    });

    it('holds back only the events of its agent', async () => {
      await start();
      actor.send({ type: 'webhook.mute', mute: { ...MUTE, agentId: 'pump1' } });
      await come(ofAgent(1, 'pump1'), ofAgent(2, 'pump2'), ofAgent(3, null), ofAgent(4, 'pump1'));
      expect(attempts).to.deep.equal([2, 3]);
      expect(kept.at(-1)).to.include({ position: 4 });
    });

    it('sends at its end what still fails before anything newer, once, and forgets the mute then', async () => {
      await start();
      actor.send({ type: 'webhook.mute', mute: MUTE });
      await come(event(1), event(2));
      newest = 2;
      stillFailing = [journalEntry(1)];
      await pass(HOUR_MS);
      expect(asked.map(({ mute, position }) => [mute.end, position])).to.deep.equal([[2, 2]]);
      expect(noted).to.deep.equal(['webhook.muted  ', 'webhook.unmuted  ']);
      await come(event(3));
      expect(attempts).to.deep.equal([1, 3]);
      expect(kept.map(({ position }) => position)).to.deep.equal([1, 2, 2, 3]);
      expect(forgotten.map(({ until }) => until)).to.deep.equal([HOUR_MS]);
      await pass(HOUR_MS);
      expect(attempts).to.deep.equal([1, 3]);
    });

    it('holds back what happened before its end even if that is read later', async () => {
      await start();
      actor.send({ type: 'webhook.mute', mute: { ...MUTE, agentId: 'pump1' } });
      answers = [failed(2 * HOUR_MS)];
      await come(ofAgent(1, 'pump2'));
      newest = 5;
      await pass(HOUR_MS);
      await come(ofAgent(2, 'pump1'), ofAgent(5, 'pump1'), ofAgent(6, 'pump1'));
      expect(asked).to.deep.equal([]);
      await pass(HOUR_MS);
      expect(attempts).to.deep.equal([1, 1, 6]);
      expect(asked.map(({ position }) => position)).to.deep.equal([1, 2, 5]);
    });

    it('no longer tries an event again that is being held back now', async () => {
      await start();
      answers = [failed(10_000), ACCEPTED];
      await come(event(1));
      actor.send({ type: 'webhook.mute', mute: MUTE });
      await pass(10_000);
      expect(attempts).to.deep.equal([1]);
      expect(kept.at(-1)).to.include({ position: 1 });
    });

    it('can be ended earlier', async () => {
      await start();
      actor.send({ type: 'webhook.mute', mute: MUTE });
      await come(event(1));
      newest = 1;
      await pass(1_000);
      actor.send({ type: 'webhook.unmute', agentId: 'pump1' });
      await turns();
      expect(asked).to.deep.equal([]);
      actor.send({ type: 'webhook.unmute', agentId: null });
      await turns();
      expect(asked.map(({ mute }) => mute.until)).to.deep.equal([1_000]);
      await come(event(2));
      expect(attempts).to.deep.equal([2]);
    });

    it('continues in the next host, also if its end came while there was none', async () => {
      await start(NEW, null, [MUTE]);
      await come(event(1));
      expect(attempts).to.deep.equal([]);
      actor.stop();
      [newest, stillFailing] = [1, [journalEntry(1)]];
      timers.increment(HOUR_MS);
      await start({ ...NEW, position: 1 }, null, [MUTE]);
      expect(attempts).to.deep.equal([1]);
    });

    it('tells the effect which other mutes are in effect', async () => {
      await start();
      actor.send({ type: 'webhook.mute', mute: MUTE });
      actor.send({ type: 'webhook.mute', mute: { ...MUTE, agentId: 'pump1', until: 3 * HOUR_MS } });
      await pass(HOUR_MS);
      expect(asked.map(({ others }) => others.map(({ agentId }) => agentId))).to.deep.equal([['pump1']]);
      await come(ofAgent(1, 'pump1'), ofAgent(2, 'pump2'));
      expect(attempts).to.deep.equal([2]);
    });
  });
});
