import { Composer, Lexer, Parser, YAMLParseError, type CST, type Document, type LineCounter } from 'yaml';

/**
 * The maximum nesting depth of collections. The composer of the YAML library recurses, and exhausting the stack can end
 * the whole process: an engine that compiles a regular expression at that moment aborts instead of throwing.
 */
const MAX_DEPTH = 100;

/**
 * Parses YAML 1.2 with merge keys. Never throws: all problems are in the `errors` of the document, including additional
 * documents and a nesting of more than 100 levels.
 */
export function parseDocument(text: string, lineCounter: LineCounter): Document.Parsed {
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
  const tokens = tokensOf(text, lineCounter, (offset) => {
    tooDeep.push(error(offset, 'RESOURCE_EXHAUSTION', `more than ${MAX_DEPTH} levels are nested`));
  });
  const documents = [...composer.compose(tokens, true, text.length)];
  const [first, second] = documents;
  if (first === undefined) throw new Error('The YAML library composed no document.');
  if (tooDeep.length > 0) first.errors = tooDeep;
  else if (second !== undefined)
    first.errors.push(error(second.range[0], 'MULTIPLE_DOCS', 'there is a second document'));
  return first;
}

/**
 * The parser's tokens; ends early, and reports the offset, if the nesting becomes too deep. The parser does not
 * recurse.
 */
function* tokensOf(
  text: string,
  lineCounter: LineCounter,
  onTooDeep: (offset: number) => void,
): Generator<CST.Token, void> {
  const parser = new Parser(lineCounter.addNewLine);
  lineCounter.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length <= MAX_DEPTH + 1) continue;
    onTooDeep(parser.offset);
    return;
  }
  yield* parser.end();
}

function error(offset: number, code: YAMLParseError['code'], message: string): YAMLParseError {
  return new YAMLParseError([offset, offset], code, message);
}
