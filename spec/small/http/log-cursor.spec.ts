import { expect } from 'chai';
import { formatCursor, parseCursor } from '../../../lib/http/routes/logs/cursor.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { LOG_STREAMS } from '../../../lib/model/values/log-line.ts';

describe('a cursor in the output of several services', () => {
  it('is parsed to what it was made of', () => {
    const positions = new Map([
      [parseServiceId('pump-1.a'), '7:1234'],
      [parseServiceId('b'), '3:5,0'],
    ]);
    const text = formatCursor(positions);
    expect(text).to.equal('pump-1.a=7:1234;b=3:5,0');
    const parsed = parseCursor(text, LOG_STREAMS);
    expect([...(parsed ?? [])]).to.deep.equal([
      ['pump-1.a', { generation: 7, offsets: [1234] }],
      ['b', { generation: 3, offsets: [5, 0] }],
    ]);
  });

  it('is refused if it cannot be one', () => {
    for (const text of ['', '7:1', 'a', 'a=', 'a=7', 'a=7:1;', ';a=7:1', 'a b=7:1', '=7:1', 'a=7:1,2,3'])
      expect(parseCursor(text, LOG_STREAMS), text).to.equal(null);
    expect(parseCursor('a=7:1,2', ['stdout'])).to.equal(null);
  });
});
