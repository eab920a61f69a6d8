import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { mergeAll } from '../../../lib/logs/merge.ts';
import type { WalkEvents } from '../../../lib/logs/walk.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { LogBatch, LogItem } from '../../../lib/model/values/log-line.ts';

const QUERIES = ['a', 'b', 'c'].map((name, index) => ({ serviceId: parseServiceId(name), index }));
type Query = (typeof QUERIES)[number];

function line(at: number | null, text: string): LogItem {
  const time = at === null ? null : `${new Date(at).toISOString().slice(0, 23)}000000Z`;
  return { type: 'line', generation: 1, stream: 'stdout', offset: 0, at: time, text, partial: null, position: '1:9' };
}

/** What a source does: a batch, a time to wait, or to say that it has caught up, and is woken by the next batch. */
type Step = readonly LogItem[] | number | 'caught up';

function sourcesOf(scripts: readonly (readonly Step[])[], ended: string[] = []) {
  return async function* (
    { serviceId, index }: Query,
    events: WalkEvents,
    end: AbortSignal,
  ): AsyncGenerator<readonly LogItem[]> {
    await Promise.resolve();
    events.started(`${index}:0`);
    try {
      let isCaughtUp = false;
      for (const step of scripts[index] ?? []) {
        if (end.aborted) return;
        if (step === 'caught up') {
          isCaughtUp = true;
          events.caughtUp();
        } else if (typeof step === 'number') {
          await pause(step, undefined, { signal: end }).catch(() => undefined);
        } else {
          if (isCaughtUp) events.woken();
          yield step;
          if (isCaughtUp) events.caughtUp();
        }
      }
    } finally {
      ended.push(serviceId);
    }
  };
}

async function merged(scripts: readonly (readonly Step[])[]): Promise<string[]> {
  const given: string[] = [];
  for await (const batch of mergeAll(QUERIES.slice(0, scripts.length), 'read', sourcesOf(scripts)))
    given.push(...textsOf(batch));
  return given;
}

function textsOf(batch: LogBatch): string[] {
  if (batch.type === 'starts') return [`starts ${[...batch.positions.values()].join()}`];
  return batch.items.map(({ serviceId, item }) => `${serviceId} ${item.type === 'line' ? item.text : 'gap'}`);
}

describe('the output of several services together', () => {
  it('is in the order of time, whatever the sizes of the batches, and begins with where each starts', async () => {
    expect(
      await merged([
        [[line(1, '1'), line(4, '4')], 20, [line(5, '5'), line(9, '9')]],
        [10, [line(2, '2')], [line(3, '3')], 5, [line(8, '8')]],
        [],
      ]),
    ).to.deep.equal(['starts 0:0,1:0,2:0', 'a 1', 'b 2', 'b 3', 'a 4', 'a 5', 'b 8', 'a 9']);
  });

  it('leaves the order within a service alone, and what has no time behind the line before it', async () => {
    const gap: LogItem = { type: 'gap', generation: 1, stream: null, from: 0, to: 9, position: '1:9' };
    expect(
      await merged([[[line(3, '3'), gap, line(1, '1')]], [[line(2, '2'), line(null, 'none'), line(4, '4')]]]),
    ).to.deep.equal(['starts 0:0,1:0', 'b 2', 'b none', 'a 3', 'a gap', 'a 1', 'b 4']);
  });

  it('holds a new line back until earlier ones of others have come, but not for long', async () => {
    const at = (): number => Date.now() + 10;
    const later = (): readonly Step[] => ['caught up', 10, [line(at() + 1, 'later')], 300];
    const earlier: readonly Step[] = ['caught up', 30, [line(at(), 'earlier')], 300];
    expect(await merged([later(), earlier])).to.deep.equal(['starts 0:0,1:0', 'b earlier', 'a later']);

    const received: number[] = [];
    const from = performance.now();
    const quiet: readonly Step[] = ['caught up', 2_000];
    for await (const batch of mergeAll(QUERIES.slice(0, 2), 'read', sourcesOf([later(), quiet]))) {
      if (batch.type === 'starts') continue;
      received.push(performance.now() - from);
      break;
    }
    expect(received[0]).to.be.within(40, 500);
  });

  it('does not hold back what was written long ago, nor the lines of the only service', async () => {
    const old = Array.from({ length: 50 }, (_, index) => [line(index, String(index))]);
    const cases: readonly (readonly (readonly Step[])[])[] = [
      [
        ['caught up', ...old],
        ['caught up', 400],
      ],
      [['caught up', ...old.map(() => [line(Date.now(), 'now')])]],
    ];
    for (const scripts of cases) {
      const from = performance.now();
      let count = 0;
      for await (const batch of mergeAll(QUERIES.slice(0, scripts.length), 'read', sourcesOf(scripts))) {
        if (batch.type === 'items') count += batch.items.length;
        if (count === old.length) break;
      }
      expect(count).to.equal(old.length);
      expect(performance.now() - from).to.be.lessThan(300);
    }
  });

  it('gives nothing more when a followed source ends, because what comes before it may not have been read', async () => {
    const held: readonly Step[] = ['caught up', [line(Date.now() + 1_000, 'held')], 20];
    const ends: readonly Step[] = ['caught up', 10];
    const given: string[] = [];
    for await (const batch of mergeAll(QUERIES.slice(0, 2), 'follow', sourcesOf([held, ends])))
      given.push(...textsOf(batch));
    expect(given).to.deep.equal(['starts 0:0,1:0']);
  });

  it('does not wait without end for a followed source that hangs, and takes it up again', async () => {
    let release = (): void => undefined;
    const hanging = new Promise<void>((resolve) => (release = resolve));
    const open = async function* ({ index }: Query, events: WalkEvents, end: AbortSignal) {
      if (index === 0) await hanging; // whatever the signal says
      events.started(`${index}:0`);
      yield [line(index, `of ${index}`)];
      events.caughtUp();
      await pause(60_000, undefined, { signal: end }).catch(() => undefined);
    };
    const read = async (count: number, take: (given: readonly string[]) => void): Promise<string[]> => {
      const given: string[] = [];
      for await (const batch of mergeAll(QUERIES, 'follow', open, 100)) {
        given.push(...textsOf(batch));
        take(given);
        if (given.length === count) break;
      }
      return given;
    };
    const others = ['starts 1:0,2:0', 'b of 1', 'c of 2'];
    expect(await read(3, () => undefined)).to.deep.equal(others); // and it can be left while the source hangs
    const given = await read(5, ({ length }) => {
      if (length === 3) release();
    });
    expect(given).to.deep.equal([...others, 'starts 0:0', 'a of 0']);
  });

  it('ends every source when the reader leaves, and fails with the error of any', async () => {
    const ended: string[] = [];
    const endless: readonly Step[] = [[line(1, 'x')], 'caught up', 60_000];
    for await (const batch of mergeAll(QUERIES, 'read', sourcesOf([endless, endless, endless], ended)))
      if (batch.type === 'items') break;
    expect(ended.sort()).to.deep.equal(['a', 'b', 'c']);

    const failing = async function* ({ index }: Query, events: WalkEvents): AsyncGenerator<readonly LogItem[]> {
      events.started('1:0');
      yield [line(1, 'x')];
      await pause(5);
      if (index === 1) throw new Error('the disk is gone');
    };
    const problem = await (async () => {
      const batches = mergeAll(QUERIES, 'read', failing);
      while ((await batches.next()).done !== true);
    })().catch(String);
    expect(problem).to.equal('Error: the disk is gone');
  });
});
