import { expect } from 'chai';
import { LINE_LIMIT } from '../../../lib/model/values/log-line.ts';
import { linesIn, nulsIn } from '../../../lib/logs/plain/lines.ts';
import { ActiveReaders } from '../../../lib/logs/active-readers.ts';

describe('lines in bytes', () => {
  it('carry the offsets of their bytes, and what follows the last newline is left', () => {
    expect(linesIn(Buffer.from('één\n\ntwo\nthr'), 100)).to.deep.equal([
      { offset: 100, end: 106, text: 'één', isSplit: false },
      { offset: 106, end: 107, text: '', isSplit: false },
      { offset: 107, end: 111, text: 'two', isSplit: false },
    ]);
    expect(linesIn(Buffer.from('thr'), 0)).to.deep.equal([]);
    expect(linesIn(Buffer.alloc(0), 0)).to.deep.equal([]);
  });

  it('have U+FFFD for what is no UTF-8', () => {
    expect(linesIn(Buffer.from([0x61, 0xff, 0xc3, 0x0a]), 0)[0]?.text).to.equal('a\ufffd\ufffd');
  });

  it('are cut when they are too long, between two characters, and nothing is lost', () => {
    for (const [prefix, cut] of [
      ['', LINE_LIMIT],
      ['a', LINE_LIMIT - 1],
    ] as const) {
      const text = prefix + 'é'.repeat(LINE_LIMIT / 2);
      const lines = linesIn(Buffer.from(`${text}x\n`), 0);
      expect(lines.map(({ offset, isSplit }) => ({ offset, isSplit }))).to.deep.equal([
        { offset: 0, isSplit: true },
        { offset: cut, isSplit: false },
      ]);
      expect(lines.map((line) => line.text).join('')).to.equal(`${text}x`);
    }
  });

  it('are cut anywhere when they are not text', () => {
    const [piece] = linesIn(Buffer.alloc(LINE_LIMIT + 10, 0x80), 0);
    expect(piece).to.include({ end: LINE_LIMIT, isSplit: true });
  });

  it('may be as long as the limit', () => {
    const lines = linesIn(Buffer.from(`${'x'.repeat(LINE_LIMIT)}\n`), 0);
    expect(lines.map(({ end, isSplit }) => ({ end, isSplit }))).to.deep.equal([
      { end: LINE_LIMIT + 1, isSplit: false },
    ]);
  });

  it('may follow NULs', () => {
    expect(nulsIn(Buffer.from('\0\0a\0'))).to.equal(2);
    expect(nulsIn(Buffer.alloc(3))).to.equal(3);
    expect(nulsIn(Buffer.from('a'))).to.equal(0);
  });
});

describe('those who read a file', () => {
  it('keep it at the slowest of them until they are removed', () => {
    const activeReaders = new ActiveReaders();
    const slow = { offset: 10 };
    const endSlow = activeReaders.add('a', slow);
    const endFast = activeReaders.add('a', { offset: 50 });
    expect(activeReaders.slowest('a')).to.equal(10);
    slow.offset = 60;
    expect(activeReaders.slowest('a')).to.equal(50);
    endFast();
    expect(activeReaders.slowest('a')).to.equal(60);
    endSlow();
    expect(activeReaders.slowest('a')).to.equal(Infinity);
    expect(activeReaders.slowest('b')).to.equal(Infinity);
  });
});
