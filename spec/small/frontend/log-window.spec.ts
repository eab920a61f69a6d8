import { expect } from 'chai';
import {
  addressOfLine,
  downloadOf,
  formatLogAddress,
  parseLogAddress,
} from '../../../lib/dashboard/detail/logs/model/address.ts';
import type { LogItem } from '../../../lib/frontend/logs/row.ts';
import {
  EMPTY_WINDOW,
  endOf,
  indexOfLine,
  MAX_ROWS,
  startOf,
  withFollowed,
  withNewer,
  withOlder,
  withoutNewest,
  withoutOldest,
} from '../../../lib/frontend/logs/window.ts';
import type { LogWindow } from '../../../lib/frontend/logs/window.ts';

function line(offset: number, text = `line ${offset}`, partial?: 'unfinished'): LogItem {
  const more = partial === undefined ? {} : { partial };
  return { service_id: 'press', generation: 1, stream: 'stdout', offset, at: null, text, ...more };
}

function lines(from: number, count: number): readonly LogItem[] {
  return Array.from({ length: count }, (_, index) => line(from + index));
}

const texts = ({ rows }: LogWindow): readonly string[] => rows.map(({ text }) => text);

describe('the output that the dashboard has', () => {
  const page = { items: lines(100, 3), start: '1:100', end: '1:103' };

  it('grows at both ends, and knows where it begins and ends', () => {
    const opened = withNewer(EMPTY_WINDOW, page);
    const older = withOlder(opened, { items: lines(90, 2), start: '1:90', end: '1:100' });
    const followed = withFollowed(older, lines(103, 1), '1:104');

    expect(followed.rows.map(({ offset }) => offset)).to.deep.equal([90, 91, 100, 101, 102, 103]);
    expect([startOf(followed), endOf(followed)]).to.deep.equal(['1:90', '1:104']);
    const keys = followed.rows.map(({ key }) => key);
    expect(keys).to.deep.equal([...new Set(keys)].sort((a, b) => a - b));
    expect(opened.rows[0]?.key).to.equal(followed.rows[2]?.key);
  });

  it('has a progress display as one row with its last state, which is over with its newline', () => {
    const opened = withNewer(EMPTY_WINDOW, { ...page, items: [line(1, ' 1 %', 'unfinished')] });
    const later = withFollowed(opened, [line(9, '\r 2 %', 'unfinished'), line(17, '\r 3 %', 'unfinished')], '1:20');
    const over = withFollowed(later, [line(25, ' done'), line(33, 'next')], '1:40');

    expect(texts(later)).to.deep.equal([' 3 %']);
    expect(texts(over)).to.deep.equal([' 3 % done', 'next']);
    expect(over.rows[0]).to.include({ offset: 1, key: opened.rows[0]?.key });
  });

  it('does not join what is of another stream or another launch', () => {
    const opened = withNewer(EMPTY_WINDOW, { ...page, items: [line(1, 'a', 'unfinished')] });

    expect(texts(withFollowed(opened, [{ ...line(2, 'b'), stream: 'stderr' }], '1:3'))).to.deep.equal(['a', 'b']);
    expect(texts(withFollowed(opened, [{ ...line(0, 'b'), generation: 2 }], '2:3'))).to.deep.equal(['a', 'b']);
  });

  it('drops its oldest or its newest rows if it has too many, and then begins or ends elsewhere', () => {
    let window = withNewer(EMPTY_WINDOW, { items: lines(0, 600), start: '1:0', end: '1:600' });
    for (let from = 600; window.rows.length <= MAX_ROWS; from += 400)
      window = withFollowed(window, lines(from, 400), `1:${from + 400}`);
    const [newer, older] = [withoutOldest(window), withoutNewest(window)];

    expect(newer.rows.length).to.be.within(MAX_ROWS - 2_000, MAX_ROWS);
    expect(startOf(newer)).to.equal(`1:${newer.rows[0]!.offset}`);
    expect(endOf(newer)).to.equal(endOf(window));
    expect(older.rows.length).to.be.within(MAX_ROWS - 2_000, MAX_ROWS);
    expect(endOf(older)).to.equal(`1:${older.rows.at(-1)!.offset + 1}`);
    expect(withoutOldest(newer)).to.equal(newer);
  });

  it('finds the row of a line', () => {
    const window = withNewer(EMPTY_WINDOW, page);

    expect(indexOfLine(window, { serviceId: 'press', generation: 1, offset: 101 })).to.equal(1);
    expect(indexOfLine(window, { serviceId: 'press', generation: 2, offset: 101 })).to.equal(-1);
    expect(indexOfLine(window, { serviceId: 'mixer', generation: 1, offset: 101 })).to.equal(-1);
  });

  it('says of a gap how much is missing, and why', () => {
    const common = { service_id: 'press', generation: 1, gap: true } as const;
    const gaps: readonly LogItem[] = [
      { ...common, stream: 'stdout', from: 0, to: 4096 },
      { ...common, stream: null, from: 0, to: null },
      { ...common, stream: 'stderr', from: 0, to: 0, unwritten: 12 },
    ];

    expect(texts(withNewer(EMPTY_WINDOW, { ...page, items: gaps }))).to.deep.equal([
      '4.0 KiB of stdout are missing here: the host has deleted old output.',
      'The rest of output is missing here: the host has deleted old output.',
      '12 B of stderr are missing here: the disk did not take them.',
    ]);
  });
});

describe('the address of output in the dashboard', () => {
  it('says launch, stream, services and line', () => {
    const one = parseLogAddress('press', '#/services/press/logs?generation=3&stream=stderr&line=3:1234');
    const two = parseLogAddress('press', '#/services/press/logs?with=mixer,press,mixer&generation=3');

    expect(one).to.deep.equal({
      ...{ ids: ['press'], stream: 'stderr', generation: 3 },
      line: { serviceId: 'press', generation: 3, offset: 1234 },
    });
    expect(two).to.deep.equal({ ids: ['press', 'mixer'], stream: 'both', generation: null, line: null });
    for (const address of [one, two])
      expect(parseLogAddress('press', formatLogAddress(address))).to.deep.equal(address);
  });

  it('ignores what is wrong in it', () => {
    const all = { ids: ['press'], stream: 'both', generation: null, line: null };

    expect(parseLogAddress('press', '')).to.deep.equal(all);
    expect(parseLogAddress('press', '#/services/press/logs?generation=x&stream=y&line=1:&with=,')).to.deep.equal(all);
    expect(formatLogAddress(parseLogAddress('press', ''))).to.equal('#/services/press/logs');
  });

  it('of a line of another service names that service first', () => {
    const source = { ids: ['press', 'mixer'], stream: 'both', generation: null } as const;
    const address = addressOfLine(source, { serviceId: 'mixer', generation: 2, offset: 9 });

    expect(address).to.equal('#/services/mixer/logs?with=press&line=2:9');
  });

  it('of a file has everything that is stored of it', () => {
    const source = { ids: ['press'], stream: 'stderr', generation: 3 } as const;

    expect(downloadOf(source)).to.equal(
      '/api/services/press/logs?since=1970-01-01T00:00:00Z&stream=stderr&generation=3',
    );
    expect(downloadOf({ ids: ['press', 'mixer'], stream: 'both', generation: null })).to.equal(
      '/api/logs?service_id=press,mixer&since=1970-01-01T00:00:00Z',
    );
  });
});
