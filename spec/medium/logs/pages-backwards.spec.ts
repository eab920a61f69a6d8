import { expect } from 'chai';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseServiceId, type ServiceId } from '../../../lib/model/values/ids.ts';
import {
  LOG_STREAMS,
  parsePosition,
  type LogQuery,
  type LogStream,
  type ServiceLogItem,
} from '../../../lib/model/values/log-line.ts';
import { LogsWorld, SERVICE } from '../../support/process/logs-world.ts';
import { diceOf, pick } from '../../support/dice.ts';

const OTHER = parseServiceId('pump1-coreio');
const QUIET = parseServiceId('pump1-quiet');
const ALL = [SERVICE, OTHER, QUIET];

/** What a service wrote to a stream, from what a reader got of it. */
function writtenBy(items: readonly ServiceLogItem[], serviceId: ServiceId, stream: LogStream): string {
  return items
    .map(({ serviceId: id, item }) => {
      if (id !== serviceId || item.stream !== stream) return '';
      return item.type === 'gap' ? 'GAP' : `${item.text}${item.partial === null ? '\n' : ''}`;
    })
    .join('');
}

describe('the output of several services, page by page backwards', function () {
  this.timeout(60_000);
  let world: LogsWorld;

  beforeEach(async () => {
    world = new LogsWorld();
    await world.open();
    for (const id of ALL) mkdirSync(join(world.stateDir, 'logs', id), { recursive: true });
  });

  afterEach(() => world.close());

  /** Adds records to the log of a launch, with few different times, so that many are equal in all services. */
  function write(serviceId: ServiceId, generation: number, seed: number, { tags = ['F'], count = 400 } = {}): void {
    const dice = diceOf(seed);
    let second = generation * 100;
    let text = '';
    for (let index = 0; index < count; index += 1) {
      if (dice() < 0.02) second += 1;
      const at = new Date(Date.UTC(2026, 10, 27, 10, 0, second)).toISOString().replace('Z', '000000Z');
      text += `${at} ${pick(dice, LOG_STREAMS)} ${pick(dice, tags)} ${serviceId} ${generation}.${index}\n`;
    }
    appendFileSync(join(world.stateDir, 'logs', serviceId, `${generation}.${'0'.repeat(15)}.log`), text);
  }

  async function read(queries: readonly LogQuery[]): Promise<[ServiceLogItem[], ReadonlyMap<ServiceId, string>]> {
    const items: ServiceLogItem[] = [];
    const starts = new Map<ServiceId, string>();
    for await (const batch of world.logs.merge(queries))
      if (batch.type === 'items') items.push(...batch.items);
      else for (const [id, position] of batch.positions) starts.set(id, position);
    return [items, starts];
  }

  /** Reads pages from the end to the beginning. */
  async function backwards(lines: number, streams: readonly LogStream[]): Promise<ServiceLogItem[]> {
    const found: ServiceLogItem[] = [];
    let positions: ReadonlyMap<ServiceId, string> = new Map();
    for (;;) {
      const queries = ALL.map((serviceId): LogQuery => {
        const position = parsePosition(positions.get(serviceId) ?? '', streams);
        return { serviceId, streams, start: { type: 'before', position, lines } };
      });
      const [page, starts] = await read(queries);
      if (page.length === 0) return found;
      expect(page.length).to.be.at.most(lines);
      found.unshift(...page);
      positions = starts;
    }
  }

  function oldest(streams: readonly LogStream[]): Promise<[ServiceLogItem[], unknown]> {
    return read(ALL.map((serviceId) => ({ serviceId, streams, start: { type: 'oldest' } })));
  }

  it('is the same as forwards, also with equal times, launches between pages and services without output', async () => {
    write(SERVICE, 1, 1);
    write(SERVICE, 3, 2);
    write(OTHER, 2, 3, { count: 700 });
    for (const streams of [LOG_STREAMS, ['stderr'] as const])
      for (const lines of [7, 100, 10_000]) {
        const [all] = await oldest(streams);
        expect(all.length).to.be.greaterThan(600);
        expect(await backwards(lines, streams)).to.deep.equal(all);
      }
  });

  it('has every byte once with lines in pieces, and with launches that wrote to plain files', async () => {
    write(SERVICE, 2, 4, { tags: ['F', 'P'] });
    write(OTHER, 1, 5, { tags: ['F', 'P', 'P'] });
    for (const stream of LOG_STREAMS)
      for (const generation of [1, 3])
        world.write(generation, Array.from({ length: 150 }, (_, index) => `${stream} ${index}\n`).join(''), stream);
    world.write(3, 'x'.repeat(200_000));
    world.write(3, 'unfinished', 'stderr');
    const pages = [];
    for (const lines of [1, 13, 100]) pages.push(await backwards(lines, LOG_STREAMS)); // while it lives
    world.ended(3);
    const [all] = await oldest(LOG_STREAMS);
    for (const found of pages) {
      for (const id of ALL)
        for (const stream of LOG_STREAMS) expect(writtenBy(found, id, stream)).to.equal(writtenBy(all, id, stream));
    }
  });

  it('continues forwards behind the last page with what has come since', async () => {
    write(SERVICE, 1, 6);
    write(OTHER, 1, 7);
    const [page, starts] = await read(
      ALL.map((serviceId) => ({
        serviceId,
        streams: LOG_STREAMS,
        start: { type: 'before', position: null, lines: 10 },
      })),
    );
    const positions = new Map(starts);
    for (const { serviceId, item } of page) positions.set(serviceId, item.position);
    const [old] = await oldest(LOG_STREAMS);
    for (const id of ALL) write(id, 2, 8);
    const [rest] = await read(
      ALL.map((serviceId) => ({
        serviceId,
        streams: LOG_STREAMS,
        start: { type: 'after', position: parsePosition(positions.get(serviceId) ?? '', LOG_STREAMS)! },
      })),
    );
    const [all] = await oldest(LOG_STREAMS);
    expect(rest).to.deep.equal(all.slice(old.length));
  });
});
