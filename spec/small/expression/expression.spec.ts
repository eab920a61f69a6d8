import { expect } from 'chai';
import { parseExpression, type Expression } from '../../../lib/expression/expression.ts';

function expression(source: string): Expression {
  const parsed = parseExpression(source);
  if (parsed.type === 'refused') throw new Error(parsed.problem);
  return parsed.expression;
}

function problem(source: string): string | null {
  const parsed = parseExpression(source);
  return parsed.type === 'refused' ? parsed.problem : null;
}

describe('an expression that a user gives', () => {
  const lines: readonly (readonly [source: string, line: string, matches: boolean])[] = [
    ['ready', 'is ready now', true],
    ['^ready$', 'is ready now', false],
    ['^port \\d+$', 'port 7101', true],
    ['(?i)READY', 'ready', true],
    ['^.$', '\u{1f600}', true],
    ['gr\\u00fc\\u{6e}', 'grün', true],
    ['a\\/b[^]c', 'a/b\nc', true],
    ['(?<level>warn|error): ', 'error: no', true],
    ['model .* loaded$', 'model 7 loaded\n', false],
  ];
  for (const [source, line, matches] of lines) {
    it(`/${source}/ ${matches ? 'matches' : 'does not match'} ${JSON.stringify(line)}`, () => {
      expect(expression(source).test(line)).to.equal(matches);
    });
  }

  const slow: readonly (readonly [source: string, line: string])[] = [
    ['^(a+)+$', `${'a'.repeat(16_383)}!`],
    ['^(\\w+\\s?)+ ready$', `${'loadingmodel'.repeat(1_365)}!`],
    ['.*listening.*port \\d+$', 'listening on port '.repeat(910)],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(16_384)],
  ];
  for (const [source, line] of slow) {
    it(`/${source}/ comes to the end of a long line at once`, function () {
      this.timeout(1_000);
      expect(expression(source).test(line)).to.equal(false);
    });
  }

  const refused: readonly (readonly [source: string, problem: RegExp])[] = [
    ['a(?=b)', /^uses lookahead, .* linear time; write/],
    ['a(?!b)', /uses lookahead/],
    ['(?<=a)b', /uses lookbehind/],
    ['(?<!a)b', /uses lookbehind/],
    ['(a)\\1', /uses backreferences, .*; repeat that part of the expression$/],
    ['(?<x>a)\\k<x>', /uses backreferences/],
    ['[(?=]\\\\1[', /^is not a valid regular expression \(RE2 syntax\): missing closing \]$/],
    ['(?:a{100}){6}', /^is too large/],
  ];
  for (const [source, expected] of refused) {
    it(`/${source}/ is refused with the reason`, () => {
      expect(problem(source)).to.match(expected);
    });
  }

  it('is not quoted where it is wrong', () => {
    expect(problem('s3cret[')).to.not.contain('s3cret');
  });
});
