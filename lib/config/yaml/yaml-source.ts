import { isMap, LineCounter, type Document } from 'yaml';
import type { ConfigInvalidError } from '../../model/errors.ts';
import { configInvalid, type Path, type Place, type Problem } from '../problems.ts';
import { keepLiterals, yamlProblems } from './yaml-checks.ts';
import { parseDocument } from './yaml-document.ts';
import { isNode, offsetOf, pairOf } from './yaml-places.ts';

/** A part of a YAML file as plain data that can still locate its values. */
export interface YamlSource {
  readonly file: string;
  /** Null for an empty part. */
  readonly json: unknown;
  /** The error for this file, for problems whose paths are relative to the root of the part. */
  readonly refuse: (problems: readonly Problem[], cause?: unknown) => ConfigInvalidError;
}

/** A checked YAML file. */
export interface YamlFile {
  /** The whole document. Throws ConfigInvalidError for excessively expanding aliases. */
  readonly whole: () => YamlSource;
  /** The value of one top-level key; null if the document does not have it. Throws like {@link whole}. */
  readonly part: (key: string) => YamlSource | null;
}

/** A parsed file, shared by its parts. */
interface Parsed {
  readonly file: string;
  readonly document: Document.Parsed;
  readonly placeOf: (offset: number) => Place;
}

/** Parses the bytes of one YAML 1.2 document with merge keys. Throws ConfigInvalidError with line and column. */
export function parseYaml(file: string, bytes: Uint8Array): YamlFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(decoded(file, bytes), lineCounter);
  const parsed: Parsed = { file, document, placeOf: (offset) => placeAt(lineCounter, offset) };
  const problems = yamlProblems(document);
  if (problems.length > 0) throw configInvalid(file, problems, ({ offset }) => parsed.placeOf(offset));
  const root = document.contents;
  return {
    whole: () => sourceOf(parsed, root, [], 0),
    part: (key) => {
      const pair = isMap(root) ? pairOf(document, root, key) : undefined;
      return pair === undefined
        ? null
        : sourceOf(parsed, pair.value, [key], offsetOf(document, root, [key], true) ?? 0);
    },
  };
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
