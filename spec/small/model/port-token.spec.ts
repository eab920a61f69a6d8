import { expect } from 'chai';
import { fillsTokens, portToken } from '../../../lib/model/values/port-token.ts';

const json = (value: unknown): string => JSON.stringify(value);

describe('a spec that 0.1.0 stored with its port numbers', () => {
  const [http, admin] = [portToken('http'), portToken('admin')];

  for (const [what, stored, present, isSame] of [
    ['the same text', { PORT: '7100', A: 'a-b.c (1)' }, { PORT: http, A: 'a-b.c (1)' }, true],
    ['a port within a text', ['--listen=:7100/x'], [`--listen=:${http}/x`], true],
    ['two ports', ['7100', '7200', '7100'], [http, admin, http], true],
    ['two numbers for one name', ['7100', '7200'], [http, http], false],
    ['a number that only begins alike', ['7100', '71000'], [http, http], false],
    ['another text beside it', { PORT: '7100', A: 'a' }, { PORT: http, A: 'b' }, false],
    ['a text that is no number', { PORT: 'seven' }, { PORT: http }, false],
    ['no token at all', { PORT: '7100' }, { PORT: '7101' }, false],
  ] as const) {
    it(`${isSame ? 'is' : 'is not'} the same as one with tokens: ${what}`, () => {
      expect(fillsTokens(json(stored), json(present))).to.equal(isSame);
    });
  }
});
