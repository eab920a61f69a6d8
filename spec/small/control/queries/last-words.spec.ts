import { expect } from 'chai';
import { serviceContext, type ServiceContext } from '../../../../lib/actors/service/context.ts';
import { lastWords, outputTail } from '../../../../lib/control/queries/last-words.ts';
import type { LogItem, LogQuery } from '../../../../lib/model/values/log-line.ts';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import { serviceSpec } from '../../../support/actors/specs.ts';
import { MemoryLaunchHistory } from '../../../support/store/memory-launch-history.ts';

const AT = '2026-11-27T10:00:00.123456789Z';

function line(text: string): LogItem {
  return { type: 'line', generation: 4, stream: 'stderr', offset: 0, at: AT, text, partial: null, position: '4:1' };
}

describe('the last words of a process', () => {
  let asked: LogQuery[];

  const launches = new MemoryLaunchHistory();

  function portsOf(items: readonly LogItem[]): Parameters<typeof outputTail>[0] {
    const read = async function* (query: LogQuery): AsyncGenerator<readonly LogItem[]> {
      asked.push(query);
      await Promise.resolve();
      yield items;
    };
    return { logs: { read }, launches };
  }

  function contextOf(change: Partial<ServiceContext> = {}): ServiceContext {
    const spec = { ...serviceSpec('pump'), env: { API_TOKEN: 'very-secret' } };
    const exit = { code: 1, signal: null, at: 0, generation: 4, class: 'code' } as const;
    const launched = { uptimeMs: null, version: null, revision: null, usage: null, because: null };
    return {
      ...serviceContext({ spec, holders: [], intended: 'running' }, 0),
      lastExit: { ...exit, ...launched },
      ...change,
    };
  }

  beforeEach(() => {
    asked = [];
  });

  it('are the last lines of the launch that ended, without values of its environment', async () => {
    const tail = await outputTail(portsOf([line('starting'), line(''), line('bad token very-secret')]), contextOf());
    expect(tail).to.deep.equal({
      generation: 4,
      lines: [
        { at: AT, stream: 'stderr', text: 'starting' },
        { at: AT, stream: 'stderr', text: 'bad token ${API_TOKEN}' },
      ],
    });
    expect(asked).to.deep.equal([
      {
        serviceId: parseServiceId('pump'),
        streams: ['stdout', 'stderr'],
        generation: 4,
        start: { type: 'before', position: null, lines: 20 },
      },
    ]);
    expect(lastWords(contextOf(), tail)).to.deep.equal(['Its last words: "bad token ${API_TOKEN}".']);
  });

  it('have no values that the process inherited from the host either', async () => {
    const inherited = { DATABASE_URL: 'postgres://u:pw@db', API_TOKEN: 'of the host' };
    const said = [line('cannot reach postgres://u:pw@db'), line('bad token very-secret')];
    const tail = await outputTail({ ...portsOf(said), inherited }, contextOf());
    expect(tail?.lines.map(({ text }) => text)).to.deep.equal([
      'cannot reach ${DATABASE_URL}',
      'bad token ${API_TOKEN}',
    ]);
  });

  it('are at most 20 lines and 4 KiB', async () => {
    const many = await outputTail(portsOf(Array.from({ length: 30 }, (_, index) => line(`${index}`))), contextOf());
    expect(many?.lines.map(({ text }) => Number(text))).to.deep.equal(
      Array.from({ length: 20 }, (_, index) => index + 10),
    );
    const long = await outputTail(portsOf([1, 2, 3].map(() => line('ü'.repeat(900)))), contextOf());
    expect(long?.lines.length).to.equal(2);
  });

  it('are null if nothing has ended or nothing is left', async () => {
    expect(await outputTail(portsOf([line('alive')]), contextOf({ lastExit: null }))).to.equal(null);
    expect(asked).to.deep.equal([]);
    expect(await outputTail(portsOf([]), contextOf())).to.equal(null);
  });

  it('are no reason of an end that was expected, nor of a process that runs', async () => {
    const tail = await outputTail(portsOf([line('bye')]), contextOf());
    const { lastExit } = contextOf();
    for (const end of ['clean', 'stopped'] as const)
      expect(lastWords(contextOf({ lastExit: { ...lastExit!, class: end } }), tail)).to.deep.equal([]);
    expect(lastWords(contextOf(), null)).to.deep.equal([]);
    const long = { generation: 4, lines: [{ at: AT, stream: 'stdout' as const, text: 'x'.repeat(300) }] };
    expect(lastWords(contextOf(), long)[0]).to.have.length.lessThan(230).and.include('x…');
  });
});
