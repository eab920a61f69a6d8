import { expect } from 'chai';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import type { LogItem, LogQuery } from '../../../lib/model/values/log-line.ts';
import type { JournalEntry } from '../../../lib/model/journal.ts';
import type { PastLaunch } from '../../../lib/ports/launch-ledger.ts';
import type { WebhookHost } from '../../../lib/ports/webhooks.ts';
import { ControlWorld } from '../../support/control/control-world.ts';

const SERVICE = parseServiceId('pump1-corerl');
const ALL = { before: Infinity, limit: 20, compare: null };

describe('the launches of a service', () => {
  let world: ControlWorld;
  let written: string[];

  beforeEach(async () => {
    written = ['starting', 'no connection with very-secret'];
    world = new ControlWorld();
    const read = async function* ({ generation = 0 }: LogQuery): AsyncGenerator<readonly LogItem[]> {
      await Promise.resolve();
      const line = {
        type: 'line',
        generation,
        stream: 'stderr',
        offset: 0,
        at: null,
        partial: null,
        position: '',
      } as const;
      yield written.map((text) => ({ ...line, text }));
    };
    world.logs = { ...world.logs, read };
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
    for (const generation of [1, 2, 3]) putLaunch(generation);
  });

  /** As the ledger has it, which the process host writes. */
  function putLaunch(generation: number): void {
    const env = {
      TOKEN: 'very-secret',
      PATH: '/bin',
      ...(generation === 1 ? { OLD: '1' } : { MODE: `${generation}` }),
    };
    const exit = { code: 1, signal: null, at: 5_000, isKnown: true, usage: { maxRss: 4096, cpuMs: 30 } };
    const launch: PastLaunch = {
      ...{
        launchId: parseLaunchId(`${generation}`.padStart(32, '0')),
        serviceId: SERVICE,
        generation,
        state: 'exited',
      },
      ...{ shim: 'native', bootId: 'b', executablePath: '/plant/corerl', version: `1.0.${generation}`, pid: 7 },
      ...{
        startTime: '8',
        place: null,
        intendedAt: 1_000,
        exit,
        launched: { revision: `r${generation}`, env },
        end: null,
      },
    };
    world.launches.launches.push(launch);
  }

  async function crash(backoffMs: number): Promise<void> {
    world.processes.exit(SERVICE, { code: 1, usage: { maxRss: 8192, cpuMs: 70 } });
    await world.pass(backoffMs);
    await world.pass(200);
  }

  it('have how each ended and its last words, without values of its own environment', async () => {
    await crash(250);
    const page = await world.control.queries.launches(SERVICE, ALL);
    expect(page.launches.map(({ generation }) => generation)).to.deep.equal([3, 2, 1]);
    expect(page.launches[2]).to.deep.equal({
      ...{
        generation: 1,
        pid: 7,
        place: null,
        version: '1.0.1',
        executable: '/plant/corerl',
        revision: 'r1',
        stable: false,
      },
      ...{ launched_at: '1970-01-01T00:00:01.000Z', ended_at: '1970-01-01T00:00:05.000Z', cause: 'process.exited' },
      exit: { code: 1, signal: null, class: 'code', because: null },
      ...{ uptime_ms: 4_000, max_rss: 4096, cpu_ms: 30 },
      output_tail: [
        { at: null, stream: 'stderr', text: 'starting' },
        { at: null, stream: 'stderr', text: 'no connection with ${TOKEN}' },
      ],
    });
    expect(page.launches[0]).to.deep.include({ generation: 3, cause: null, output_tail: null });
    expect(page.launches[0]?.exit?.class).to.equal(null);
  });

  it('compare the last that failed with the last that was stable, and name the variables that differ', async () => {
    expect((await world.control.queries.launches(SERVICE, ALL)).comparison).to.equal(null);
    await world.pass(60_000); // the first is stable
    await crash(250);
    await crash(500);
    const { comparison } = await world.control.queries.launches(SERVICE, ALL);
    expect(comparison?.failed).to.include({ generation: 2, stable: false });
    expect(comparison?.stable).to.include({ generation: 1, stable: true, revision: 'r1' });
    expect(comparison?.variables).to.deep.equal(['MODE', 'OLD']);
    const first = await world.control.queries.launches(SERVICE, { ...ALL, compare: 1 });
    expect(first.comparison).to.deep.include({ stable: null, variables: [] });
    expect(first.comparison?.failed.generation).to.equal(1);
    expect(JSON.stringify([comparison, first])).not.to.contain('very-secret');
  });

  it('are given in pages', async () => {
    const page = await world.control.queries.launches(SERVICE, { ...ALL, limit: 2 });
    expect([page.launches.length, page.next]).to.deep.equal([2, 2]);
    const next = await world.control.queries.launches(SERVICE, { ...ALL, before: 2, limit: 2 });
    expect(next.launches.map(({ generation }) => generation)).to.deep.equal([1]);
    expect(next.next).to.equal(null);
  });

  it('have no values in their last words that they inherited from the host', async () => {
    world.kill();
    world.inherited = { DATABASE_URL: 'postgres://u:pw@db' };
    await world.boot();
    written = ['no answer of postgres://u:pw@db'];
    await crash(250);
    const { launches } = await world.control.queries.launches(SERVICE, ALL);
    expect(launches.at(-1)?.output_tail?.map(({ text }) => text)).to.deep.equal(['no answer of ${DATABASE_URL}']);
  });

  it('get from the next host the end that this one could not store', async () => {
    const { launches } = world;
    const ended = launches.ended.bind(launches);
    launches.ended = () => Promise.reject(new Error('the disk is full'));
    await crash(250);
    expect(world.log.records.map(({ message }) => message)).to.include(
      'cannot store how a launch ended; it is completed later',
    );
    expect((await launches.one(SERVICE, 1))?.end).to.equal(null);
    launches.ended = ended;
    world.kill();
    await world.boot();
    await world.pass();
    expect((await launches.one(SERVICE, 1))?.end).to.deep.include({ class: 'code', cause: 'process.exited' });
  });

  it('are those of a service that is known, or that was', async () => {
    await expectNoService('unknown');
    world.launches.launches.push({ ...world.launches.launches[0]!, serviceId: parseServiceId('deleted') });
    expect((await world.control.queries.launches(parseServiceId('deleted'), ALL)).launches).to.have.length(1);
  });

  async function expectNoService(id: string): Promise<void> {
    const error: unknown = await world.control.queries
      .launches(parseServiceId(id), ALL)
      .catch((caught: unknown) => caught);
    expect(error).to.have.property('code', 'service_not_found');
  }

  it('have their last words for webhooks, also those that ended before the host had started', async () => {
    let host: WebhookHost | null = null;
    world.webhooks = (given) => {
      host = given;
      const done = (): Promise<void> => Promise.resolve();
      return { configure: done, problems: () => [], statuses: () => [], mute: done, unmute: done, close: done };
    };
    world.kill(1_000, (processes) => processes.exit(SERVICE, { code: 1 }));
    await world.boot();
    await world.pass();
    const told = world.published.findLast(({ type }) => type === 'process.exited')!;
    const tailOf = (event: JournalEntry): Promise<unknown> => (host as unknown as WebhookHost).tail(event); // set when the host opened
    expect(await tailOf(told)).to.deep.equal([
      { at: null, stream: 'stderr', text: 'starting' },
      { at: null, stream: 'stderr', text: 'no connection with ${TOKEN}' },
    ]);
    expect(await tailOf({ ...told, detail: { generation: 99 } })).to.equal(null);
    expect(await tailOf({ ...told, type: 'process.launched' })).to.equal(null);
  });

  it('are in part in the last exit of the service, with the last words if it is asked for alone', async () => {
    await crash(250);
    const { last_exit: exit } = world.control.queries.service(SERVICE);
    expect(exit).to.include({ generation: 1, max_rss: 8192, cpu_ms: 70, version: '1.0.0', uptime_ms: 200 });
    expect(exit?.revision).to.equal(world.control.queries.service(SERVICE).revision);
    expect(exit).not.to.have.property('output_tail');
    const inFull = await world.control.queries.serviceInFull(SERVICE);
    expect(inFull.last_exit?.output_tail?.map(({ text }) => text)).to.deep.equal([
      'starting',
      'no connection with ${TOKEN}',
    ]);
  });
});
