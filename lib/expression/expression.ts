import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';

/**
 * Regular expressions that users give, in the syntax and with the guarantee of RE2: the time that a search takes grows with the
 * length of the text and never explodes, so that no line of a service can stop the host.
 */
export interface Expression {
  /** Whether it matches anywhere in the text. `^` and `$` are the ends of the text, unless the expression says `(?m)`. */
  test(text: string): boolean;
}

/** An expression, or, as the predicate of a sentence, what is wrong with it and what to do. The text of it may be a secret and is not quoted. */
export type Parsed =
  | { readonly type: 'expression'; readonly expression: Expression }
  | { readonly type: 'refused'; readonly problem: string };

/** States of the automaton. The longest line that is tested keeps the thread for about half a second with so many at the worst. */
const MOST_STATES = 500;

/** What JavaScript knows and RE2 does not, and what to write in its place. */
const UNKNOWN: readonly (readonly [construct: RegExp, name: string, remedy: string])[] = [
  [/^\(\?[=!]/, 'lookahead', 'write what has to stand there as a part of the expression'],
  [/^\(\?<[=!]/, 'lookbehind', 'write what has to stand there as a part of the expression'],
  [/^\\(?:[1-9]|k)/, 'backreferences', 'write the repeated part again'],
];

const require = createRequire(import.meta.url);

/** Loaded with the first expression: most hosts have none. */
let engine: typeof RE2JS | null = null;

function loaded(): typeof RE2JS {
  engine ??= (require('re2js') as { readonly RE2JS: typeof RE2JS }).RE2JS; // require() knows no types
  return engine;
}

/** Reads an expression; what JavaScript alone writes otherwise (`\u0041`, `\cA`, `[^]`) is taken too. */
export function parseExpression(source: string): Parsed {
  const unknown = unknownIn(source);
  if (unknown !== null) {
    const [, name, remedy] = unknown;
    const problem = `is a regular expression with ${name}, which cannot be searched for in linear time; ${remedy}`;
    return { type: 'refused', problem };
  }
  const RE2 = loaded();
  try {
    const expression = RE2.compile(RE2.translateRegExp(source));
    if (expression.programSize() <= MOST_STATES) return { type: 'expression', expression };
    const problem = `is too large a regular expression: with its repetitions written out it has more than ${MOST_STATES} parts; repeat less`;
    return { type: 'refused', problem };
  } catch (error) {
    return { type: 'refused', problem: problemOf(error) };
  }
}

function problemOf(error: unknown): string {
  // `error` is what is wrong, without the place in the expression.
  const reason = error instanceof Error && 'error' in error ? String(error.error) : '';
  return `is no regular expression (RE2)${reason === '' ? '' : `: ${reason}`}`;
}

/** The first construct of its kind outside of classes and escapes. */
function unknownIn(source: string): (typeof UNKNOWN)[number] | null {
  let isInClass = false;
  for (let at = 0; at < source.length; at += 1) {
    const rest = source.slice(at, at + 4);
    const found = isInClass ? undefined : UNKNOWN.find(([construct]) => construct.test(rest));
    if (found !== undefined) return found;
    if (rest.startsWith('\\')) at += 1;
    else if (rest.startsWith('[')) isInClass = true;
    else if (rest.startsWith(']')) isInClass = false;
  }
  return null;
}
