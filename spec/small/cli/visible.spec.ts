import { expect } from 'chai';
import { visibleLineOn, visibleOn } from '../../../lib/cli/output/visible.ts';

const TERMINAL = { isTTY: true, write: () => undefined };
const PIPE = { write: () => undefined };

describe('text of services on a terminal', () => {
  const shown: readonly (readonly [what: string, text: string, shown: string])[] = [
    ['sets no title', '\x1b]0;owned\x07', '^[]0;owned^G'],
    ['fills no clipboard', '\x1b]52;c;cm0=\x1b\\', '^[]52;c;cm0=^[\\'],
    ['clears no screen', '\x1b[2J\x1b[Hgone', '^[[2J^[[Hgone'],
    ['goes back over no line', 'error\rfine\x7f\b', 'error^Mfine^?^H'],
    ['uses no controls of 8 bits', '\x9b2J\x9d0;x\x9c', '\\x9b2J\\x9d0;x\\x9c'],
    ['moves on', 'a\tb\nc', 'a\tb\nc'],
    ['has its colours', '\x1b[1;31mred\x1b[0m \x1b[38:5:9mred\x1b[m', '\x1b[1;31mred\x1b[0m \x1b[38:5:9mred\x1b[m'],
    ['has its letters', 'Überdruck → 5 bar 🙂', 'Überdruck → 5 bar 🙂'],
  ];
  for (const [what, text, expected] of shown) {
    it(what, () => {
      expect(visibleOn(TERMINAL, text)).to.equal(expected);
      expect(visibleOn(PIPE, text), 'a pipe').to.equal(text);
    });
  }

  it('is a line whose colours end with it, without a carriage return', () => {
    expect(visibleLineOn(TERMINAL, '\x1b[31mred\r')).to.equal('\x1b[31mred\x1b[0m');
    expect(visibleLineOn(TERMINAL, 'plain')).to.equal('plain');
    expect(visibleLineOn(PIPE, '\x1b[31mred\r')).to.equal('\x1b[31mred\r');
  });
});
