import { expect } from 'chai';
import { formatDuration, parseDuration, spokenDuration } from '../../../lib/model/values/duration.ts';

describe('a duration', () => {
  const readable: readonly (readonly [text: string, ms: number])[] = [
    ['250ms', 250],
    ['0ms', 0],
    ['5s', 5_000],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['0.5m', 30_000],
    ['1h', 3_600_000],
    ['1.4ms', 1],
    ['576h', 2_073_600_000],
  ];
  for (const [text, ms] of readable) {
    it(`"${text}" is ${ms} ms`, () => {
      expect(parseDuration(text)).to.deep.equal({ type: 'duration', ms });
    });
  }

  for (const text of [
    '',
    '5',
    '5 s',
    ' 5s',
    '5s ',
    '-5s',
    '+5s',
    '5S',
    '5sec',
    '.5s',
    '5.s',
    '1e3s',
    '1m30s',
    'Infinitys',
  ]) {
    it(`"${text}" is refused with the text and the form`, () => {
      expect(parseDuration(text)).to.deep.equal({
        type: 'invalid',
        message: `"${text}" is not a duration such as 250ms, 1.5s, 2m or 1h`,
      });
    });
  }

  it('beyond the reach of a timer is refused', () => {
    for (const text of ['577h', '2073600001ms', `${'9'.repeat(400)}h`]) {
      const parsed = parseDuration(text);
      expect(parsed).to.include({ type: 'invalid' });
      expect(JSON.stringify(parsed)).to.contain('24 days');
    }
  });

  it('is written in the largest unit without a fraction', () => {
    const written = [0, 1, 250, 1_000, 1_500, 30_000, 60_000, 90_000, 3_600_000, 5_400_000].map(formatDuration);
    expect(written).to.deep.equal(['0ms', '1ms', '250ms', '1s', '1500ms', '30s', '1m', '90s', '1h', '90m']);
  });

  it('is read back as it was written', () => {
    for (let ms = 0; ms < 10_000_000; ms += 12_345) {
      expect(parseDuration(formatDuration(ms))).to.deep.equal({ type: 'duration', ms });
    }
  });

  it('is spoken no finer than a reader needs', () => {
    const spoken = [
      0, 4, 50, 250, 800, 1_000, 4_240, 9_949, 42_400, 59_600, 125_000, 3_600_000, 11_545_000, 360_000_000,
    ];
    expect(spoken.map(spokenDuration)).to.deep.equal([
      ...['0 s', '0 s', '0.05 s', '0.25 s', '0.8 s', '1 s', '4.2 s', '9.9 s', '42 s', '1 min', '2 min 5 s', '1 h'],
      ...['3 h 12 min', '4 d 4 h'],
    ]);
  });
});
