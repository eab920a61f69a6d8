import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseServiceId, type ServiceId } from '../../../lib/model/values/ids.ts';
import {
  LOG_STREAMS,
  parsePosition,
  type LogBatch,
  type LogQuery,
  type LogStart,
  type ServiceLogItem,
} from '../../../lib/model/values/log-line.ts';
import { eventually } from '../../support/eventually.ts';
import { SERVICE } from '../../support/process/logs-world.ts';
import { RecordWorld } from '../../support/process/record-world.ts';
import { isNativeShimBuilt } from '../../support/process/shim-driver.ts';

const OTHER = parseServiceId('pump1-coreio');
const QUIET = parseServiceId('pump1-quiet');
const ALL = [SERVICE, OTHER, QUIET];
const OLDEST: LogStart = { type: 'oldest' };

function timesOf(items: readonly ServiceLogItem[]): string[] {
  return items.map(({ item }) => (item.type === 'line' ? String(item.at) : ''));
}

/** The times of those that come after a later one. */
function earlyIn(items: readonly ServiceLogItem[]): string[] {
  const times = timesOf(items);
  return times.filter((time, index) => index > 0 && time < String(times[index - 1]));
}

describe('the output of several services, written by their shims', function () {
  this.timeout(60_000);
  let world: RecordWorld;
  let end: AbortController;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  beforeEach(async () => {
    world = new RecordWorld();
    await world.open();
    end = new AbortController();
  });

  afterEach(() => world.close());

  async function run(serviceId: ServiceId, generation: number, script: string): Promise<() => Promise<unknown>> {
    const logFolder = join(world.stateDir, 'logs', serviceId);
    mkdirSync(logFolder, { recursive: true });
    const options = { args: ['-c', script], logFolder, generation, maxLogBytes: 1024 ** 3 };
    const { launch } = await world.driver.launch('/bin/sh', options);
    return () => launch.shimGone();
  }

  /** Reads from a position of each service; `positions` is kept up to date. */
  async function readInto(
    given: ServiceLogItem[],
    positions: Map<ServiceId, string>,
    follow?: AbortSignal,
    start: LogStart = OLDEST,
    services = ALL,
  ): Promise<void> {
    const queries = services.map((serviceId): LogQuery => {
      const position = parsePosition(positions.get(serviceId) ?? '', LOG_STREAMS);
      return { serviceId, streams: LOG_STREAMS, start: position === null ? start : { type: 'after', position } };
    });
    const take = (batch: LogBatch): void => {
      if (batch.type === 'starts') for (const [id, position] of batch.positions) positions.set(id, position);
      else for (const { serviceId, item } of batch.items) positions.set(serviceId, item.position);
      if (batch.type === 'items') given.push(...batch.items);
    };
    for await (const batch of world.logs.merge(queries, follow)) take(batch);
  }

  it('is ordered by the time of reading', async () => {
    const script = 'for i in $(seq 300); do echo line $i; sleep 0.002; done';
    const gone = await Promise.all([run(SERVICE, 1, script), run(OTHER, 1, script)]);
    for (const wait of gone) await wait();
    const given: ServiceLogItem[] = [];
    await readInto(given, new Map());
    expect(given.length).to.equal(600);
    expect(timesOf(given)).to.deep.equal([...timesOf(given)].sort());
    const owners = given.map(({ serviceId }) => serviceId);
    expect(owners.filter((id, index) => id !== owners[index - 1]).length).to.be.greaterThan(50);
  });

  it('is followed in order, over new launches, and continued by another host without a gap or a double', async () => {
    const script = (name: string) => `for i in $(seq 200); do echo ${name} $i; sleep 0.01; done`;
    const given: ServiceLogItem[] = [];
    const positions = new Map<ServiceId, string>();
    let following = readInto(given, positions, end.signal, { type: 'tail', lines: 0, since: null });
    await eventually(() => expect([...positions.values()]).to.deep.equal(['0:0', '0:0', '0:0']));
    const first = await Promise.all([run(SERVICE, 1, script('a')), run(OTHER, 1, script('b'))]);
    await eventually(() => expect(given.length).to.be.greaterThan(100), 20_000);

    end.abort();
    await following;
    await world.logs.close(); // what is written now is read by the next host
    for (const wait of first) await wait();
    await (
      await run(SERVICE, 2, script('c'))
    )();
    await world.open();
    end = new AbortController();
    following = readInto(given, positions, end.signal);
    await (
      await run(OTHER, 3, script('d'))
    )();
    await eventually(() => expect(given.length).to.equal(800), 20_000);
    end.abort();
    await following;

    for (const [name, id] of [
      ['a', SERVICE],
      ['b', OTHER],
      ['c', SERVICE],
      ['d', OTHER],
    ] as const) {
      const texts = given.flatMap(({ item, serviceId }) =>
        item.type === 'line' && item.text.startsWith(name) && serviceId === id ? [item.text] : [],
      );
      expect(texts).to.deep.equal(Array.from({ length: 200 }, (_, index) => `${name} ${index + 1}`));
    }
    expect(earlyIn(given)).to.deep.equal([]);
  });

  it('is followed in order when a service writes for the first time', async () => {
    const given: ServiceLogItem[] = [];
    const following = readInto(given, new Map(), end.signal);
    const gone = [await run(SERVICE, 1, 'for i in $(seq 400); do echo a $i; sleep 0.01; done')];
    await setTimeout(3_000); // the timer, which looks for new folders where the system cannot, is slow by then
    gone.push(await run(OTHER, 1, 'for i in $(seq 20); do echo b $i; sleep 0.01; done'));
    for (const wait of gone) await wait();
    await eventually(() => expect(given.length).to.equal(420));
    end.abort();
    await following;
    expect(earlyIn(given)).to.deep.equal([]);
  });
});
