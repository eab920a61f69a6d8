import { isAlias, isMap, isScalar, isSeq, visit, type Document, type ErrorCode, type Pair, type YAMLMap } from 'yaml';
import type { Problem } from '../problems.ts';
import { isMergeKey, isNode } from './yaml-places.ts';

/** A problem of the YAML itself, at a character offset. */
export interface OffsetProblem extends Problem {
  readonly offset: number;
}

/** Syntax errors. */
export function syntaxProblems({ errors }: Document.Parsed): readonly OffsetProblem[] {
  return errors.map(({ pos, code, message }) => ({
    path: [],
    offset: pos[0],
    message:
      code === 'MULTIPLE_DOCS'
        ? 'the file contains more than one YAML document'
        : `is not valid YAML: ${messageWithoutQuotes(code, message)}`,
  }));
}

const UNQUOTED: Partial<Record<ErrorCode, string>> = {
  BAD_DIRECTIVE: 'unknown directive',
  BAD_DQ_ESCAPE: 'unknown escape sequence',
  TAG_RESOLVE_FAILED: 'unknown tag',
};

/**
 * The message of the library without quoted text: any file can be named as a configuration, even one that is none and
 * that the caller must not read.
 */
function messageWithoutQuotes(code: ErrorCode, message: string): string {
  return UNQUOTED[code] ?? (code === 'UNEXPECTED_TOKEN' ? message.replace(/: .*$/s, '') : message);
}

/** Quotes a name, but not a text that may be any line of a file. */
function quoted(name: string): string {
  return /^[\w.<-]{1,64}$/.test(name) ? ` "${name}"` : '';
}

/** Aliases without an anchor before them. */
export function aliasProblems(document: Document.Parsed): readonly OffsetProblem[] {
  const problems: OffsetProblem[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node) => {
      const offset = node.range?.[0] ?? 0;
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
      } else if (!anchors.has(node.source)) {
        const name = quoted(node.source).replace('"', '"*');
        problems.push({ path: [], offset, message: `the alias${name} has no anchor before it` });
      }
    },
  });
  return problems;
}

/**
 * Duplicate keys in a value, and in what it refers to by aliases. Keys are compared with a set, so that the time is
 * proportional to the size of the document.
 */
export function duplicateProblems(document: Document.Parsed, value: unknown): readonly OffsetProblem[] {
  const problems: OffsetProblem[] = [];
  const seen = new Set<unknown>();
  const open = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isNode(next) || seen.has(next)) continue;
    seen.add(next);
    visit(next, {
      Alias: (_, alias) => void open.push(alias.resolve(document)),
      Map: (_, map) => void problems.push(...duplicateKeys(map)),
    });
  }
  return problems;
}

/** The keys that a mapping has more than once; `isWanted` chooses which count. */
export function duplicateKeys(
  map: YAMLMap,
  isWanted: (name: unknown) => boolean = () => true,
): readonly OffsetProblem[] {
  const seen = new Set<unknown>();
  return map.items.flatMap(({ key }: Pair) => {
    if (!isScalar(key) || isMergeKey(key) || !isWanted(key.value)) return [];
    const isDuplicate = seen.has(key.value);
    seen.add(key.value);
    return isDuplicate
      ? [{ path: [], offset: key.range?.[0] ?? 0, message: `the key${quoted(String(key.value))} is duplicated` }]
      : [];
  });
}

const LITERAL_LISTS = new Set<unknown>(['args', 'command']);

/** Keeps numbers and booleans in `env`, `args` and `command` as they are written: for a program `1.10` is not `1.1`. */
export function keepLiterals(root: unknown): void {
  if (!isMap(root)) return;
  visit(root, {
    Pair: (_, pair) => {
      if (!isScalar(pair.key)) return;
      const { value: key } = pair.key;
      if (key === 'env' && isMap(pair.value)) for (const { value } of pair.value.items) keepLiteral(value);
      if (LITERAL_LISTS.has(key) && isSeq(pair.value)) for (const item of pair.value.items) keepLiteral(item);
    },
  });
}

/** A value with an anchor may be used as a number elsewhere. */
function keepLiteral(node: unknown): void {
  if (!isScalar(node) || node.anchor !== undefined || node.source === undefined) return;
  if (typeof node.value === 'number' || typeof node.value === 'boolean') node.value = node.source;
}
