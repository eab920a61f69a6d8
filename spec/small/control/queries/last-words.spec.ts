import { expect } from 'chai';
import { serviceContext, type ServiceContext } from '../../../../lib/actors/service/context.ts';
import { lastWords, outputTail } from '../../../../lib/control/queries/last-words.ts';
import type { LogItem, LogQuery } from '../../../../lib/model/values/log-line.ts';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import type { ServiceLogs } from '../../../../lib/ports/service-logs.ts';
import { serviceSpec } from '../../../support/actors/specs.ts';

const AT = '2026-11-27T10:00:00.123456789Z';

function line(text: string): LogItem {
  return { type: 'line', generation: 4, stream: 'stderr', offset: 0, at: AT, text, partial: null, position: '4:1' };
}

describe('the last words of a process', () => {
  let asked: LogQuery[];

  function logsOf(items: readonly LogItem[]): ServiceLogs {
    const read = async function* (query: LogQuery): AsyncGenerator<readonly LogItem[]> {
      asked.push(query);
      await Promise.resolve();
      yield items;
    };
    const unused = (): never => {
      throw new Error('Only reading is needed here.');
    };
    return { read, follow: unused, merge: unused, search: unused, keepBounded: unused, close: unused };
  }

  function contextOf(change: Partial<ServiceContext> = {}): ServiceContext {
    const spec = { ...serviceSpec('pump'), env: { API_TOKEN: 'very-secret' } };
    const exit = { code: 1, signal: null, at: 0, generation: 4, class: 'code' } as const;
    return { ...serviceContext({ spec, holders: [], intended: 'running' }, 0), lastExit: exit, ...change };
  }

  beforeEach(() => {
    asked = [];
  });

  it('are the last lines of the launch that ended, without values of its environment', async () => {
    const tail = await outputTail(logsOf([line('starting'), line(''), line('bad token very-secret')]), contextOf());
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
        start: { type: 'before', position: { generation: 4, offsets: [Infinity] }, lines: 20 },
      },
    ]);
    expect(lastWords(contextOf(), tail)).to.deep.equal(['Its last words: "bad token ${API_TOKEN}".']);
  });

  it('are at most 20 lines and 4 KiB', async () => {
    const many = await outputTail(logsOf(Array.from({ length: 30 }, (_, index) => line(`${index}`))), contextOf());
    expect(many?.lines.map(({ text }) => Number(text))).to.deep.equal(
      Array.from({ length: 20 }, (_, index) => index + 10),
    );
    const long = await outputTail(logsOf([1, 2, 3].map(() => line('ü'.repeat(900)))), contextOf());
    expect(long?.lines.length).to.equal(2);
  });

  it('are null if nothing has ended or nothing is left', async () => {
    expect(await outputTail(logsOf([line('alive')]), contextOf({ lastExit: null }))).to.equal(null);
    expect(asked).to.deep.equal([]);
    expect(await outputTail(logsOf([]), contextOf())).to.equal(null);
  });

  it('are no reason of an end that was expected, nor of a process that runs', async () => {
    const tail = await outputTail(logsOf([line('bye')]), contextOf());
    const { lastExit } = contextOf();
    for (const end of ['clean', 'stopped'] as const)
      expect(lastWords(contextOf({ lastExit: { ...lastExit!, class: end } }), tail)).to.deep.equal([]);
    expect(lastWords(contextOf(), null)).to.deep.equal([]);
    const long = { generation: 4, lines: [{ at: AT, stream: 'stdout' as const, text: 'x'.repeat(300) }] };
    expect(lastWords(contextOf(), long)[0]).to.have.length.lessThan(230).and.include('x…');
  });
});
