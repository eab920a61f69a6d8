import { Lexer } from 'yaml';

/** The used internals of the lexer, which are private in its types. */
interface LexerInside {
  /** The required indentation of the following lines. */
  indentNext: number;
  parseFlowCollection: LexerState;
  parseQuotedScalar: LexerState;
}

type LexerState = (this: LexerInside) => Generator<string, unknown>;

/**
 * A lexer that accepts any indentation inside quoted text, `[…]` and `{…}`, like libyaml and PyYAML, although the YAML
 * specification requires one. The meaning does not change, because leading blanks are insignificant there.
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
