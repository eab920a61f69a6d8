import { expect } from 'chai';
import { join } from 'node:path';
import { appendFileSync, mkdirSync } from 'node:fs';
import {
  LOG_STREAMS,
  parsePosition,
  type LogFinding,
  type LogItem,
  type LogLine,
  type LogQuery,
  type LogSearch,
  type LogStart,
  type LogStream,
} from '../../../lib/model/values/log-line.ts';
import { effort } from '../../support/effort.ts';
import { LogsWorld, SERVICE } from '../../support/process/logs-world.ts';
import { diceOf, pick } from '../../support/dice.ts';

const OLDEST: LogStart = { type: 'oldest' };
const FOREVER = new AbortController().signal;
/** Matches nothing here, and cannot be decided by a literal: some 50 MB are searched in a second. */
const SLOW = '[^a]{20,30}[q-t][0-4]{7}$';

const EVERYTHING: LogSearch = { expression: '', before: 0, after: 0, limit: 1_000_000 };

/** What a search must find in these items, each line tested on its own. */
function expected(items: readonly LogItem[], { expression, before, after }: LogSearch): LogFinding[] {
  const pattern = new RegExp(expression.replace('(?i)', ''), expression.startsWith('(?i)') ? 'i' : '');
  const matches = items.map((item) => item.type === 'line' && pattern.test(item.text));
  return items.flatMap((item, index): LogFinding[] => {
    if (item.type === 'gap' || matches[index] === true) return [item];
    const near = matches.slice(Math.max(0, index - after), index + before + 1);
    return near.includes(true) ? [{ ...item, isContext: true }] : [];
  });
}

describe('a search in the output of a service', function () {
  this.timeout(30_000);
  let world: LogsWorld;

  beforeEach(async () => {
    world = new LogsWorld();
    await world.open();
    mkdirSync(world.folder, { recursive: true });
  });

  afterEach(() => world.close());

  /** Writes the segment of a log that starts with these records. */
  function write(generation: number, offset: number, records: string): void {
    appendFileSync(join(world.folder, `${generation}.${String(offset).padStart(15, '0')}.log`), records);
  }

  /** Searches to the end, in as many parts as that takes. */
  async function search(given: Partial<LogSearch>, query: Partial<LogQuery> = {}): Promise<LogFinding[]> {
    const found: LogFinding[] = [];
    let start = query.start ?? OLDEST;
    for (;;) {
      const asked = { serviceId: SERVICE, streams: LOG_STREAMS, ...query, start };
      const part = await world.logs.search(asked, { ...EVERYTHING, ...given }, FOREVER);
      found.push(...part.findings);
      expect(part.searchedBytes).to.be.at.most(part.totalBytes);
      if (part.isComplete) return found;
      start = { type: 'after', position: parsePosition(part.next ?? '', asked.streams)! };
    }
  }

  async function all(streams: readonly LogStream[] = LOG_STREAMS): Promise<LogItem[]> {
    const items: LogItem[] = [];
    for await (const batch of world.logs.read({ serviceId: SERVICE, streams, start: OLDEST })) items.push(...batch);
    return items;
  }

  /** Records of random lines of both streams, some of them in pieces. */
  function records(seed: number, bytes: number): string {
    const dice = diceOf(seed);
    const words = ['alpha', 'beta', 'GAMMA', 'delta 42', 'naïve', '日本', 'x'.repeat(300), ''];
    const parts: string[] = [];
    let size = 0;
    for (let index = 0; size < bytes; index += 1) {
      const stream = dice() < 0.3 ? 'stderr' : 'stdout';
      const text = `${index} ${pick(dice, words)} ${pick(dice, words)}`;
      const tag = dice() < 0.01 ? 'P' : 'F';
      const at = new Date(1_700_000_000_000 + index).toISOString().replace('Z', '000000Z');
      const record = `${at} ${stream} ${tag} ${text}\n`;
      parts.push(record);
      size += Buffer.byteLength(record);
    }
    return parts.join('');
  }

  for (const seed of [1, 2].slice(0, effort(1, 2))) {
    it(`finds what a search line by line finds, in all launches, also in parts (seed ${seed})`, async () => {
      const first = records(seed, 700_000);
      write(1, 0, first);
      write(1, Buffer.byteLength(first), records(seed + 10, 500_000));
      write(2, 0, records(seed + 20, 1_300_000));
      const items = await all();
      for (const expression of ['delta 42$', '^77', '(?i)gamma', '日本 x', '12345', 'alpha|beta', '9999 ', '\\d+ $'])
        for (const [before, after, limit] of [
          [0, 0, 1_000_000],
          [3, 2, 7],
          [0, 5, 1],
        ] as const) {
          if (limit < 100 && expected(items, { ...EVERYTHING, expression }).length > 200) continue; // takes too many parts
          const found = await search({ expression, before, after, limit });
          const right = expected(items, { ...EVERYTHING, expression, before, after });
          // At the joint of two parts, the lines before a match may have been given as those after the last one.
          const once = new Map(found.map((finding) => [finding.position, finding] as const));
          const message = `${expression} ${before} ${after} ${limit}`;
          expect([...once.values()].map(plain), message).to.deep.equal(right.map(plain));
        }
    });
  }

  /** Without what depends on where a reader has started. */
  function plain(item: LogFinding): unknown {
    return { ...item, continues: undefined, isContext: item.isContext ?? false };
  }

  it('can be of one stream, one launch, and a time', async () => {
    write(1, 0, records(1, 20_000));
    write(2, 0, records(2, 20_000));
    const lines = (await all(['stderr'])).filter((item): item is LogLine => item.type === 'line');
    const second = lines.filter(({ generation }) => generation === 2);
    const until = 1_700_000_000_050;
    const found = await search({ expression: '' }, { streams: ['stderr'], generation: 2, until });
    const inTime = second.filter(({ at }) => Date.parse(`${at!.slice(0, 23)}Z`) <= until);
    expect(inTime.length).to.be.within(1, second.length - 1);
    expect(found.map(plain)).to.deep.equal(inTime.map(plain));
  });

  it('finds lines that are not at their end, and those over the limit of a record', async () => {
    const long = 'y'.repeat(16_384);
    write(1, 0, `2026-11-27T10:00:00.000000000Z stdout P ${long}\n2026-11-27T10:00:00.000000000Z stdout F needle\n`);
    write(1, 0, '2026-11-27T10:00:01.000000000Z stdout P name: \n');
    const ends = async (expression: string): Promise<unknown[]> =>
      (await search({ expression })).map((item) => item.type === 'line' && item.text.slice(-8));
    expect(await ends('yneedle')).to.deep.equal(['yyneedle']);
    expect(await ends('^name: ')).to.deep.equal(['name: ']);
  });

  it('includes the plain files of older launches', async () => {
    appendFileSync(join(world.folder, '1.stdout'), 'one\ntwo needles\n');
    write(2, 0, '2026-11-27T10:00:00.000000000Z stdout F three needles\n');
    const found = await search({ expression: 'needles$', before: 1 });
    expect(found.map((item) => item.type === 'line' && item.text)).to.deep.equal([
      'one',
      'two needles',
      'three needles',
    ]);
  });

  it('answers in parts, holds up nothing, and can be cancelled', async () => {
    const part = records(5, 4_000_000);
    for (let index = 0; index < 16; index += 1) write(1, index * Buffer.byteLength(part), part);
    let turns = 0;
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      turns += 1;
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const query = { serviceId: SERVICE, streams: LOG_STREAMS, start: OLDEST };
    const first = await world.logs.search(query, { ...EVERYTHING, expression: SLOW }, FOREVER);
    clearInterval(timer);
    expect(first.isComplete, 'it takes longer than a part').to.equal(false);
    expect(first.searchedBytes).to.be.within(1, first.totalBytes - 1);
    expect(turns).to.be.greaterThan(100);
    expect(longest).to.be.lessThan(200);
    const cancel = new AbortController();
    const second = world.logs.search(query, { ...EVERYTHING, expression: SLOW }, cancel.signal);
    const problem = second.catch((error: unknown) => String(error));
    cancel.abort();
    expect(await problem).to.equal('Error: The search was cancelled.');
    const from = performance.now();
    expect(await search({ expression: 'needle' }, { generation: 7 })).to.deep.equal([]);
    expect(performance.now() - from, 'the cancelled one does not go on').to.be.lessThan(500);
  });

  it('is rejected when the logs are closed', async () => {
    const part = records(5, 4_000_000);
    for (let index = 0; index < 16; index += 1) write(1, index * Buffer.byteLength(part), part);
    const query = { serviceId: SERVICE, streams: LOG_STREAMS, start: OLDEST };
    const problem = world.logs.search(query, { ...EVERYTHING, expression: SLOW }, FOREVER).then(
      () => 'found',
      (error: unknown) => String(error),
    );
    await world.logs.close();
    expect(await problem).to.equal('Error: The host is shutting down.');
  });

  it('is not needed to read backwards: the lines before a position, in all launches', async () => {
    const first = records(1, 200_000).replaceAll(' P ', ' F ');
    write(1, 0, first);
    write(1, Buffer.byteLength(first), records(2, 100_000).replaceAll(' P ', ' F '));
    write(3, 0, records(3, 150_000).replaceAll(' P ', ' F '));
    for (const streams of [LOG_STREAMS, ['stderr'] as const]) {
      const items = await all(streams);
      const last = parsePosition(items.at(-1)!.position, streams)!;
      const found: LogItem[] = [];
      for (let position = last; ;) {
        const page: LogItem[] = [];
        const query = { serviceId: SERVICE, streams, start: { type: 'before', position, lines: 137 } } as const;
        for await (const batch of world.logs.read(query)) page.push(...batch);
        if (page.length === 0) break;
        expect(page.length).to.be.at.most(137);
        found.unshift(...page);
        const [line] = page;
        position = { generation: line!.generation, offsets: [(line as LogLine).offset] };
      }
      expect(found).to.deep.equal(items);
    }
  });
});
