import { Lexer } from 'yaml';

/** What is used of the inside of the lexer; its types keep it private. */
interface LexerInside {
  /** How far the following lines must be indented. */
  indentNext: number;
  parseFlowCollection: LexerState;
  parseQuotedScalar: LexerState;
}

type LexerState = (this: LexerInside) => Generator<string, unknown>;

/**
 * A lexer that lets lines of quoted text, `[…]` and `{…}` begin in any column, as libyaml and PyYAML do although YAML
 * requires an indentation. What the text means does not change: leading blanks count for nothing there.
 */
export function lenientLexer(): Lexer {
  const lexer = new Lexer();
  const inside = lexer as unknown as LexerInside; // private in its types, ordinary properties at run time
  inside.parseFlowCollection = anyColumn(inside.parseFlowCollection);
  inside.parseQuotedScalar = anyColumn(inside.parseQuotedScalar);
  return lexer;
}

function anyColumn(state: LexerState): LexerState {
  return function* () {
    const { indentNext } = this;
    this.indentNext = 0;
    try {
      return yield* state.call(this);
    } finally {
      this.indentNext = indentNext;
    }
  };
}
