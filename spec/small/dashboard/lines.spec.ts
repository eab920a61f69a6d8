import { expect } from 'chai';
import type { LogItemView } from '../../../lib/api/schemas/log.ts';
import {
  found,
  literally,
  MAX_LINES,
  NO_ROWS,
  pieces,
  textOf,
  withLines,
} from '../../../lib/dashboard/detail/logs/lines.ts';

function line(text: string, generation = 1): LogItemView {
  return { generation, stream: 'stdout', offset: 0, at: null, text };
}

describe('the output in the dashboard', () => {
  it('marks where a new launch begins, except at its own beginning', () => {
    const rows = withLines(withLines(NO_ROWS, [line('a')]), [line('b', 2), line('c', 2)]).rows;

    expect(rows.map(({ isFirst }) => isFirst)).to.deep.equal([false, true, false]);
    expect(new Set(rows.map(({ key }) => key)).size).to.equal(3);
  });

  it('drops the oldest lines if there are too many, and counts them', () => {
    const full = withLines(
      NO_ROWS,
      Array.from({ length: MAX_LINES }, (_, index) => line(String(index))),
    );
    const more = withLines(full, [line('x'), line('y')]);

    expect([more.rows.length, more.dropped]).to.deep.equal([MAX_LINES, 2]);
    expect(more.rows.slice(-2).map(({ item }) => textOf(item))).to.deep.equal(['x', 'y']);
    expect(textOf(more.rows[0]!.item)).to.equal('2');
  });

  it('is shown as a terminal shows it in the end, without its colours', () => {
    expect(textOf(line(' 1 %\r 50 %\r\x1b[32m100 %\x1b[0m\r'))).to.equal('100 %');
    expect(textOf(line('done\rnow'))).to.equal('now');
    expect(textOf(line('a\r'))).to.equal('a');
    expect(textOf(line(''))).to.equal('');
  });

  it('is searched on the host for the text itself, whatever it means in an expression', () => {
    expect(literally('a.b[1] (50 %)? $5 \\')).to.equal('(?i)a\\.b\\[1\\] \\(50 %\\)\\? \\$5 \\\\');
  });

  it('is searched ignoring case, including the text of gaps', () => {
    const gap: LogItemView = { gap: true, generation: 1, stream: 'stdout', from: 0, to: 9 };
    const { rows } = withLines(NO_ROWS, [line('Level high'), line('valve'), gap]);

    expect(found(rows, 'LEVEL').map(({ item }) => textOf(item))).to.deep.equal(['Level high']);
    expect(found(rows, 'deleted').map(({ item }) => item)).to.deep.equal([gap]);
    expect(found(rows, '')).to.equal(rows);
  });

  it('splits a line at every match', () => {
    expect(pieces('a Bb b', 'b')).to.deep.equal(['a ', 'B', '', 'b', ' ', 'b', '']);
    expect(pieces('abc', '')).to.deep.equal(['abc']);
    expect(pieces('abc', 'x')).to.deep.equal(['abc']);
  });
});
