import { parseExpression, type Expression } from '../../expression/expression.ts';

/** Chunks of records to look at before deciding whether it is worth it. */
const TRIAL = 8;

/** What must not be skipped although it does not match: pieces of lines over the limit of a record, and gaps. */
const KEPT = ['Z stdout P ', 'Z stderr P ', '[coredinator] gap: '].map((text) => Buffer.from(text));

interface Compiled {
  readonly source: string;
  readonly line: Expression;
  /** Matches a chunk of records if `line` matches the text of one of them; null: there is no such expression. */
  readonly chunk: Expression | null;
}

/** A search in many services asks for the same expression again and again, and its automaton grows with what it has seen. */
let last: Compiled | null = null;

/** Throws if the expression is invalid. */
function compiled(source: string): Compiled {
  if (last?.source !== source) {
    // At the end of a line, and within it, an expression sees the same as in its record; but not at the beginning.
    const chunk = dependsOnBeginning(source) ? null : valid(`(?m)${source}`);
    last = { source, line: valid(source), chunk };
  }
  return last;
}

/** Which lines an expression matches; its search time is linear in what is searched. */
export class LineFilter {
  readonly #compiled: Compiled;
  #tried = 0;
  #passed = 0;

  /** Throws if the expression is invalid. */
  constructor(source: string) {
    this.#compiled = compiled(source);
  }

  test(text: string): boolean {
    return this.#compiled.line.test(text);
  }

  /**
   * Whether whole records may have a line that matches, or anything else that must not be skipped. Much faster than to
   * form lines of them, as long as most chunks have none; when it turns out that most have, it is no longer tried.
   */
  mayMatch(records: Buffer): boolean {
    const { chunk } = this.#compiled;
    if (chunk === null || (this.#tried >= TRIAL && this.#passed * 2 > this.#tried)) return true;
    this.#tried += 1;
    const may = chunk.test(records) || KEPT.some((text) => records.includes(text));
    if (may) this.#passed += 1;
    return may;
  }
}

function valid(source: string): Expression {
  const parsed = parseExpression(source);
  if (parsed.type === 'refused') throw new Error(`The expression ${parsed.problem}.`);
  return parsed.expression;
}

/** Whether it has `^`, `\A` or `\z`, or turns flags off. What is quoted by `\Q` counts too, which only costs time. */
function dependsOnBeginning(source: string): boolean {
  return /\^|\\[AzZ]|\(\?[a-z]*-/.test(source.replaceAll(/\\\^|\[\^/g, ''));
}
