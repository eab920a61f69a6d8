import { Composer, Lexer, Parser, YAMLParseError, type CST, type Document, type LineCounter } from 'yaml';
import { cutBelow } from './depth.ts';
import { lenientLexer } from './lenient-lexer.ts';

/**
 * The maximum nesting depth of collections. The composer of the YAML library recurses, and exhausting the stack can end
 * the whole process: an engine that compiles a regular expression at that moment aborts instead of throwing.
 */
export const MAX_DEPTH = 100;

/** The parser itself does not recurse; this limits its memory. */
const MAX_PARSED_DEPTH = 10_000;

/** A parsed file. */
export interface ParsedYaml {
  /** All problems of the syntax are in its `errors`, including additional documents. */
  readonly document: Document.Parsed;
  /** The offsets of values nested more than 100 levels deep, which are missing in the document. */
  readonly cuts: readonly number[];
}

/** Parses YAML 1.2 with merge keys. Never throws. A nesting of more than 100 levels is an error. */
export function parseOwn(text: string, lineCounter: LineCounter): ParsedYaml {
  return parse(text, lineCounter, new Lexer(), MAX_DEPTH);
}

/**
 * Parses a file that other programs read with their own loaders: text in column 0 is not an error if libyaml accepts
 * it, and values nested too deeply are cut off. Never throws.
 */
export function parseForeign(text: string, lineCounter: LineCounter): ParsedYaml {
  const lenient = withoutTolerated(parse(text, lineCounter, lenientLexer(), MAX_PARSED_DEPTH));
  if (lenient.document.errors.length === 0) return lenient;
  // The strict lexer reports a better position for a missing closing quote or bracket.
  return withoutTolerated(parse(text, lineCounter, new Lexer(), MAX_PARSED_DEPTH));
}

/** Drops the errors that other loaders tolerate. */
function withoutTolerated(parsed: ParsedYaml): ParsedYaml {
  const { document } = parsed;
  document.errors = document.errors.filter(
    ({ code, message }) => code !== 'TAG_RESOLVE_FAILED' && !message.startsWith('Comments must be separated'),
  );
  return parsed;
}

function parse(text: string, lineCounter: LineCounter, lexer: Lexer, maxDepth: number): ParsedYaml {
  // Duplicate keys are checked in yaml-checks.ts: here each would be compared with every other, minutes for a mebibyte
  // of keys.
  const composer = new Composer({
    lineCounter,
    merge: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const tooDeep: YAMLParseError[] = [];
  const cuts: number[] = [];
  const tokens = tokensOf(text, lineCounter, lexer, maxDepth, (offset) => {
    tooDeep.push(error(offset, 'RESOURCE_EXHAUSTION', `more than ${maxDepth} levels are nested`));
  });
  const documents = [...composer.compose(cutTokens(tokens, cuts), true, text.length)];
  const [first, second] = documents;
  if (first === undefined) throw new Error('The YAML library composed no document.');
  if (tooDeep.length > 0) first.errors = tooDeep;
  else if (second !== undefined)
    first.errors.push(error(second.range[0], 'MULTIPLE_DOCS', 'there is a second document'));
  return { document: first, cuts };
}

function* cutTokens(tokens: Iterable<CST.Token>, cuts: number[]): Generator<CST.Token, void> {
  for (const token of tokens) {
    cuts.push(...cutBelow(token, MAX_DEPTH));
    yield token;
  }
}

/**
 * The parser's tokens; ends early, and reports the offset, if the nesting becomes too deep. The parser does not
 * recurse.
 */
function* tokensOf(
  text: string,
  lineCounter: LineCounter,
  lexer: Lexer,
  maxDepth: number,
  onTooDeep: (offset: number) => void,
): Generator<CST.Token, void> {
  lineCounter.lineStarts = [];
  const parser = new Parser(lineCounter.addNewLine);
  lineCounter.addNewLine(0);
  for (const lexeme of lexer.lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length <= maxDepth + 1) continue;
    onTooDeep(parser.offset);
    return;
  }
  yield* parser.end();
}

function error(offset: number, code: YAMLParseError['code'], message: string): YAMLParseError {
  return new YAMLParseError([offset, offset], code, message);
}
