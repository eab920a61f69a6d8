import { expect } from 'chai';
import { JoinedLines } from '../../../lib/logs/records/joined-lines.ts';
import { recordsBackwards, recordsIn, textOf, timeOf } from '../../../lib/logs/records/record.ts';
import { LINE_LIMIT, LOG_STREAMS, type LogItem, type LogStream } from '../../../lib/model/values/log-line.ts';

const AT = '2026-11-27T10:00:00.123456789Z';
const SELECTIONS: readonly (readonly LogStream[])[] = [LOG_STREAMS, ['stdout'], ['stderr']];
const CUT = 'x'.repeat(16 * 1024);

/** A log of records, each as `o F text` or `e P text`: stdout or stderr. */
function logOf(...records: readonly string[]): Buffer {
  const lines = records.map((record) => `${AT} ${record.startsWith('o') ? 'stdout' : 'stderr'} ${record.slice(2)}\n`);
  return Buffer.from(lines.join(''));
}

/** What lines are formed of a log that starts at 0. */
function joined(log: Buffer, { streams = LOG_STREAMS, isFinal = false } = {}): readonly LogItem[] {
  const lines = new JoinedLines(7, streams, 0);
  for (const record of recordsIn(log, 0)) {
    if (record.stream === null) lines.gap(record.end);
    else if (streams.includes(record.stream)) lines.take(record, record.stream);
    else lines.skip(record);
  }
  lines.giveRest(isFinal);
  return lines.items();
}

function wordsOf(items: readonly LogItem[]): string[] {
  return items.map((item) => (item.type === 'gap' ? 'GAP' : `${item.text.slice(0, 9)} ${item.partial ?? ''}`.trim()));
}

describe('records in bytes', () => {
  it('have a time, a stream, a tag and a text, and the offsets of their bytes', () => {
    const [first, second] = recordsIn(logOf('o F één', 'e P a b'), 100);
    expect(first).to.include({ offset: 100, end: 146, stream: 'stdout', isEnd: true });
    expect(second).to.include({ offset: 146, end: 190, stream: 'stderr', isEnd: false });
    expect([first, second].map((record) => record && textOf(record))).to.deep.equal(['één', 'a b']);
    expect(first && timeOf(first)).to.equal(AT);
  });

  it('are whole: what follows the last newline is left', () => {
    const log = logOf('o F a', 'o F b');
    for (let length = 0; length <= log.length; length += 1) {
      const count = length < 42 ? 0 : length < 84 ? 1 : 2;
      expect(recordsIn(log.subarray(0, length), 0), String(length)).to.have.length(count);
    }
  });

  it('may be none, where the file is damaged', () => {
    const texts = ['', 'x', `${AT} stdout F`, `${AT} stdout X text`, `${AT} stdin_ F text`, `${AT}_stdout F text`];
    for (const text of texts) {
      expect(recordsIn(Buffer.from(`${text}\n`), 0), text).to.have.length(1);
      expect(recordsIn(Buffer.from(`${text}\n`), 0)[0]?.stream, text).to.equal(null);
    }
    expect(recordsIn(Buffer.from(`${AT} stdout F \n`), 0)[0]?.stream).to.equal('stdout');
  });

  it('are the same backwards', () => {
    const log = logOf('o F a', 'e P ', 'o F cc');
    expect([...recordsBackwards(log, 9)].reverse()).to.deep.equal(recordsIn(log, 9));
    expect([...recordsBackwards(Buffer.alloc(0), 9)]).to.deep.equal([]);
  });
});

describe('lines of records', () => {
  it('are in the order of the records, with the time and the position of each', () => {
    expect(joined(logOf('o F a', 'e F oh'))).to.deep.equal([
      { type: 'line', generation: 7, stream: 'stdout', offset: 0, at: AT, text: 'a', partial: null, position: '7:42' },
      {
        type: 'line',
        generation: 7,
        stream: 'stderr',
        offset: 42,
        at: AT,
        text: 'oh',
        partial: null,
        position: '7:85',
      },
    ]);
  });

  it('are joined from their records', () => {
    const items = joined(logOf('o P a', 'o P b', 'o F c', 'o F '));
    expect(wordsOf(items)).to.deep.equal(['abc', '']);
    expect(items[0]).to.include({ offset: 0, position: '7:126' });
  });

  it('are joined before they are decoded, so that a character may be in two records', () => {
    const head = logOf('o P ').subarray(0, -1);
    const rest = logOf('o F ').subarray(0, -1);
    const log = Buffer.concat([head, Buffer.from([0xc3, 0x0a]), rest, Buffer.from([0xa9, 0x0a])]);
    expect(wordsOf(joined(log))).to.deep.equal(['é']);
  });

  it('of one stream are joined over records of the other if that is not read', () => {
    const log = logOf('o P a', 'e F oh', 'o F b');
    expect(wordsOf(joined(log, { streams: ['stdout'] }))).to.deep.equal(['ab']);
    expect(wordsOf(joined(log))).to.deep.equal(['a unfinished', 'oh', 'b']);
    expect(joined(log).map((item) => item.type === 'line' && (item.continues ?? false))).to.deep.equal([
      false,
      false,
      true,
    ]);
  });

  it('are given as far as they have been written, unless more certainly follows', () => {
    expect(wordsOf(joined(logOf('o P name: ')))).to.deep.equal(['name:  unfinished']);
    expect(wordsOf(joined(logOf(`o P ${CUT}`)))).to.deep.equal([]);
    expect(wordsOf(joined(logOf(`o P ${CUT}`), { isFinal: true }))).to.deep.equal(['xxxxxxxxx unfinished']);
  });

  it('are split at the limit, and nothing is lost', () => {
    const pieces = Array.from({ length: 9 }, () => `o P ${CUT}`);
    const items = joined(logOf(...pieces, 'o F end', 'o F next'));
    expect(items.map((item) => item.type === 'line' && [item.text.length, item.partial])).to.deep.equal([
      [LINE_LIMIT, 'split'],
      [LINE_LIMIT, 'split'],
      [16 * 1024 + 3, null],
      [4, null],
    ]);
    expect(wordsOf(joined(logOf(...pieces.slice(0, 4), 'o F ')))).to.deep.equal(['xxxxxxxxx']);
  });

  it('have a gap where there is no record', () => {
    const items = joined(Buffer.concat([logOf('o F a', 'o P b'), Buffer.from('?\n'), logOf('o F c')]));
    expect(wordsOf(items)).to.deep.equal(['a', 'b unfinished', 'GAP', 'c']);
    expect(items[2]).to.deep.include({ stream: null, from: 84, to: 86, position: '7:86' });
  });

  it('have a gap with the bytes of the streams that are read', () => {
    const [record] = recordsIn(logOf('e F [coredinator] gap: …'), 0);
    const gapOf = (streams: readonly LogStream[], stdout: number, stderr: number): LogItem | undefined => {
      const lines = new JoinedLines(7, streams, 0);
      if (record !== undefined) lines.unwritten({ stdout, stderr }, record);
      return lines.items()[0];
    };
    expect(gapOf(LOG_STREAMS, 3, 4)).to.include({ stream: null, unwritten: 7, from: 0, to: record?.end });
    expect(gapOf(LOG_STREAMS, 3, 0)).to.include({ stream: 'stdout', unwritten: 3 });
    expect(gapOf(['stderr'], 3, 4)).to.include({ stream: 'stderr', unwritten: 4 });
    expect(gapOf(['stderr'], 3, 0)).to.equal(undefined);
  });

  it('are the same, read to any position and on from there', () => {
    const log = logOf('o P a', 'o P b', 'e F oh', 'o F c', 'e P x', 'e F y', `o P ${CUT}`, 'o F z', 'o P prompt: ');
    for (const streams of SELECTIONS) {
      const whole = joined(log, { streams });
      for (const [index, item] of whole.entries()) {
        const end = Number(item.position.split(':')[1]);
        const lines = new JoinedLines(7, streams, end);
        for (const record of recordsIn(log.subarray(end), end)) {
          if (record.stream !== null && streams.includes(record.stream)) lines.take(record, record.stream);
        }
        lines.giveRest(false);
        const rest = whole.slice(index + 1).map((one) => ({ ...one, continues: undefined }));
        expect(lines.items().map((one) => ({ ...one, continues: undefined }))).to.deep.equal(rest);
      }
    }
  });
});
