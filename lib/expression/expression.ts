import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';

/**
 * A regular expression from a user, with the syntax and the guarantee of RE2: search time is linear in the length of
 * the text, so no line of output can stall the host.
 */
export interface Expression {
  /**
   * Whether it matches anywhere in the text, or in bytes of UTF-8. `^` and `$` are the ends of the text, unless the
   * expression says `(?m)`.
   */
  test(text: string | Uint8Array): boolean;
}

/**
 * The expression, or what is wrong with it and what to do, worded as the predicate of a sentence. The problem never
 * quotes the expression, which may contain a secret.
 */
export type Parsed =
  | { readonly type: 'expression'; readonly expression: Expression }
  | { readonly type: 'refused'; readonly problem: string };

/**
 * Limit on automaton states. With this many, the longest line searched occupies the thread for about 0.5 s at worst.
 */
const MAX_STATES = 500;

/** What JavaScript supports and RE2 does not, and what to write instead. */
const UNSUPPORTED: readonly (readonly [construct: RegExp, name: string, remedy: string])[] = [
  [/^\(\?[=!]/, 'lookahead', 'write the text it stands for into the expression'],
  [/^\(\?<[=!]/, 'lookbehind', 'write the text it stands for into the expression'],
  [/^\\(?:[1-9]|k)/, 'backreferences', 'repeat that part of the expression'],
];

const require = createRequire(import.meta.url);

/** Loaded with the first expression: most hosts have none. */
let engine: typeof RE2JS | null = null;

function loaded(): typeof RE2JS {
  engine ??= (require('re2js') as { readonly RE2JS: typeof RE2JS }).RE2JS; // require() knows no types
  return engine;
}

/** Parses an expression. JavaScript's own notations (`\u0041`, `\cA`, `[^]`) are accepted too. */
export function parseExpression(source: string): Parsed {
  const unsupported = unsupportedIn(source);
  if (unsupported !== null) {
    const [, name, remedy] = unsupported;
    const problem = `uses ${name}, which cannot be searched in linear time; ${remedy}`;
    return { type: 'refused', problem };
  }
  const RE2 = loaded();
  try {
    const expression = RE2.compile(RE2.translateRegExp(source));
    if (expression.programSize() <= MAX_STATES) return { type: 'expression', expression };
    const problem = `is too large: with its repetitions expanded it has more than ${MAX_STATES} parts; use fewer repetitions`;
    return { type: 'refused', problem };
  } catch (error) {
    return { type: 'refused', problem: problemOf(error) };
  }
}

function problemOf(error: unknown): string {
  // `error` says what is wrong without quoting the expression.
  const reason = error instanceof Error && 'error' in error ? String(error.error) : '';
  return `is not a valid regular expression (RE2 syntax)${reason === '' ? '' : `: ${reason}`}`;
}

/** The first unsupported construct outside classes and escapes. */
function unsupportedIn(source: string): (typeof UNSUPPORTED)[number] | null {
  let isInClass = false;
  for (let at = 0; at < source.length; at += 1) {
    const rest = source.slice(at, at + 4);
    const found = isInClass ? undefined : UNSUPPORTED.find(([construct]) => construct.test(rest));
    if (found !== undefined) return found;
    if (rest.startsWith('\\')) at += 1;
    else if (rest.startsWith('[')) isInClass = true;
    else if (rest.startsWith(']')) isInClass = false;
  }
  return null;
}
