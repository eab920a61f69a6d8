import { isMap, isScalar, LineCounter, type Document } from 'yaml';
import type { ConfigInvalidError } from '../../model/errors.ts';
import { configInvalid, type Path, type Place, type Problem } from '../problems.ts';
import {
  aliasProblems,
  duplicateKeys,
  duplicateProblems,
  keepLiterals,
  syntaxProblems,
  type OffsetProblem,
} from './yaml-checks.ts';
import { MAX_DEPTH, parseForeign, parseOwn } from './yaml-document.ts';
import { isNode, offsetOf, pairOf } from './yaml-places.ts';

/** A part of a YAML file as plain data that can still locate its values. */
export interface YamlSource {
  readonly file: string;
  /** Null for an empty part. */
  readonly json: unknown;
  /** The error for this file, for problems whose paths are relative to the root of the part. */
  readonly refuse: (problems: readonly Problem[], cause?: unknown) => ConfigInvalidError;
}

/** The root of a file. `table`: every line is a key that contains a colon, as in `/etc/passwd`. */
export type YamlRoot = 'empty' | 'mapping' | 'table' | 'other';

/** A YAML file of another program, with a part for this one. */
export interface ForeignYaml {
  readonly root: YamlRoot;
  /**
   * The value of a top-level key; null if the document does not have it. Throws ConfigInvalidError for its problems,
   * not for those of the rest.
   */
  readonly part: (key: string) => YamlSource | null;
}

/** A parsed file, shared by its parts. */
interface Parsed {
  readonly file: string;
  readonly document: Document.Parsed;
  readonly placeOf: (offset: number) => Place;
}

/** Parses the bytes of one YAML 1.2 document with merge keys. Throws ConfigInvalidError with line and column. */
export function parseYaml(file: string, bytes: Uint8Array): YamlSource {
  const { parsed } = parsedWith(parseOwn, file, bytes);
  const { document } = parsed;
  assertNone(parsed, [...aliasProblems(document), ...duplicateProblems(document, document.contents)]);
  return sourceOf(parsed, document.contents, [], 0);
}

/**
 * Parses the bytes of a YAML document that other programs read with loaders of their own. Outside of its parts it may
 * contain everything that a loader of YAML 1.1 or 1.2 reads: unknown tags, duplicate keys, text in column 0, deep
 * nesting. Throws ConfigInvalidError with line and column if it is not YAML.
 */
export function parseForeignYaml(file: string, bytes: Uint8Array): ForeignYaml {
  const { parsed, cuts } = parsedWith(parseForeign, file, bytes);
  const { document } = parsed;
  // The anchor may have been cut off.
  if (cuts.length === 0) assertNone(parsed, aliasProblems(document));
  const root = document.contents;
  return {
    root: rootOf(root),
    part: (key) => {
      const pair = isMap(root) ? pairOf(document, root, key) : undefined;
      if (!isMap(root) || pair === undefined) return null;
      const start = offsetOf(document, root, [key], true) ?? 0;
      const end = isNode(pair.value) ? (pair.value.range?.[1] ?? start) : start;
      assertNone(parsed, [
        ...duplicateKeys(root, (name) => name === key),
        ...cuts.filter((cut) => cut >= start && cut < end).map(tooDeep),
        ...duplicateProblems(document, pair.value),
      ]);
      return sourceOf(parsed, pair.value, [key], start);
    },
  };
}

function parsedWith(parse: typeof parseOwn, file: string, bytes: Uint8Array) {
  const lineCounter = new LineCounter();
  const { document, cuts } = parse(decoded(file, bytes), lineCounter);
  const parsed: Parsed = { file, document, placeOf: (offset) => placeAt(lineCounter, offset) };
  assertNone(parsed, syntaxProblems(document));
  return { parsed, cuts };
}

function assertNone({ file, placeOf }: Parsed, problems: readonly OffsetProblem[]): void {
  if (problems.length > 0) throw configInvalid(file, problems, ({ offset }) => placeOf(offset));
}

function tooDeep(offset: number): OffsetProblem {
  return { path: [], offset, message: `more than ${MAX_DEPTH} levels are nested` };
}

/** For YAML, lines such as `root:x:::` are keys without a value. */
function rootOf(root: unknown): YamlRoot {
  if (root === null || (isScalar(root) && root.value === null)) return 'empty';
  if (!isMap(root)) return 'other';
  const isTable =
    root.items.some(({ key }) => isScalar(key) && String(key.value).includes(':')) &&
    root.items.every(({ value }) => value === null || (isScalar(value) && value.value === null));
  return isTable ? 'table' : 'mapping';
}

function decoded(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw configInvalid(file, [{ path: [], message: 'the file is not UTF-8 text' }], () => undefined, error);
  }
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return line === 0 ? { line: 1, column: 1 } : { line, column: col };
}

/** `start` is the position of the part if it is empty. */
function sourceOf({ file, document, placeOf }: Parsed, root: unknown, prefix: Path, start: number): YamlSource {
  const refuse = (problems: readonly Problem[], cause?: unknown): ConfigInvalidError =>
    configInvalid(
      file,
      problems.map((problem) => ({ ...problem, path: [...prefix, ...problem.path], inside: problem.path })),
      ({ inside, isKey = false }) => placeOf(offsetOf(document, root, inside, isKey) ?? start),
      cause,
    );
  keepLiterals(root);
  try {
    return { file, json: isNode(root) ? (root.toJS(document) as unknown) : null, refuse };
  } catch (error) {
    // The parser's protection against excessively expanding aliases.
    const message = `cannot be expanded: ${error instanceof Error ? error.message : String(error)}`;
    throw refuse([{ path: [], message }], error);
  }
}
