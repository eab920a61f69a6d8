import { expect } from 'chai';
import { contrast, coloursOf, readableOn } from '../../../lib/dashboard/detail/logs/model/colour.ts';
import { literally } from '../../../lib/frontend/logs/expression.ts';
import { plainText, styledPieces, withMatches } from '../../../lib/dashboard/detail/logs/model/text.ts';

const texts = (pieces: readonly { readonly text: string }[]): readonly string[] => pieces.map(({ text }) => text);

describe('the text of a line in the dashboard', () => {
  it('is the last state of a line that was written over', () => {
    expect(plainText(' 1 %\r 50 %\r100 %\r')).to.equal('100 %');
    expect(plainText('done\rnow')).to.equal('now');
    expect(plainText('a\r\r')).to.equal('a');
    expect(plainText('\r')).to.equal('');
    expect(plainText('')).to.equal('');
  });

  it('keeps the style that was set in what was written over', () => {
    const line = '\x1b[32m 1 %\r 50 %\x1b[0m';

    expect(styledPieces(line)[0]).to.include({ text: ' 50 %', foreground: '0, 187, 0' });
  });

  it('has pieces of 16, 256 and all colours, and of the text styles of a terminal', () => {
    const pieces = styledPieces('a\x1b[31mb\x1b[38;5;208;1mc\x1b[0;48;2;1;2;3md\x1b[49;4:3me\x1b[38:2::9:8:7mf');

    expect(texts(pieces)).to.deep.equal(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(pieces.map(({ foreground }) => foreground)).to.deep.equal([
      ...[null, '187, 0, 0', '255, 135, 0', null, null, '9, 8, 7'],
    ]);
    expect(pieces.map(({ background }) => background)).to.deep.equal([null, null, null, '1, 2, 3', null, null]);
    expect(pieces.map(({ decorations }) => decorations.join())).to.deep.equal([
      ...['', '', 'bold', '', 'underline', 'underline'],
    ]);
  });

  it('shows all other control characters, and leaves out what erases the rest of a line', () => {
    expect(plainText('\x1b]0;title\x07 \x1b[2Jx\x1b[K\t\x85')).to.equal('^[]0;title^G ^[[2Jx\t\\x85');
  });

  it('is searched on the host for the text itself, whatever it means in an expression', () => {
    expect(literally('a.b[1] (50 %)? $5 \\')).to.equal('(?i)a\\.b\\[1\\] \\(50 %\\)\\? \\$5 \\\\');
  });

  it('is cut at every match, also where that has several styles', () => {
    const pieces = withMatches(styledPieces('a V\x1b[31mal\x1b[0mve, valve'), 'valve');

    expect(texts(pieces)).to.deep.equal(['a ', 'V', 'al', 've', ', ', 'valve']);
    expect(pieces.map(({ isMatch }) => isMatch)).to.deep.equal([false, true, true, true, false, true]);
    expect(texts(withMatches(styledPieces('abc'), 'x'))).to.deep.equal(['abc']);
    expect(texts(withMatches(styledPieces('a.b/c'), '.b/'))).to.deep.equal(['a', '.b/', 'c']);
  });
});

describe('the colours of a line in the dashboard', () => {
  const rgb = (text: string | null): [number, number, number] => {
    const [red = 0, green = 0, blue = 0] = (text ?? '').match(/\d+/g)?.map(Number) ?? [];
    return [red, green, blue];
  };

  it('can be read on the light and the dark page, whatever a service chooses', () => {
    for (const chosen of ['0, 0, 0', '0, 0, 187', '255, 255, 85', '128, 128, 128', '255,255,255']) {
      const { light, dark } = coloursOf(chosen, null);
      expect(contrast(rgb(light), [0xee, 0xf0, 0xf3]), `${chosen} in the light`).to.be.at.least(4.5);
      expect(contrast(rgb(dark), [0x0f, 0x12, 0x16]), `${chosen} in the dark`).to.be.at.least(4.5);
    }
  });

  it('can be read on a background that a service chooses, with a colour of the text or without', () => {
    for (const background of ['187, 0, 0', '255, 255, 85', '0, 0, 0', '119, 119, 119']) {
      for (const foreground of [null, '187, 0, 0', '255, 255, 255']) {
        const { light, dark } = coloursOf(foreground, background);
        expect(light).to.equal(dark);
        expect(contrast(rgb(light), rgb(background)), `${String(foreground)} on ${background}`).to.be.at.least(4.5);
      }
    }
  });

  it('are left as they are if they can be read', () => {
    expect(readableOn([0, 0, 187], [255, 255, 255])).to.deep.equal([0, 0, 187]);
    expect(coloursOf('0, 0, 187', null)).to.deep.include({ light: 'rgb(0 0 187)', background: null });
  });
});
