import { isAlias, isMap, isScalar, isSeq, visit, type Document, type ErrorCode, type Pair, type YAMLMap } from 'yaml';
import type { Problem } from '../problems.ts';
import { isMergeKey } from './yaml-places.ts';

/** Something wrong with YAML as such, at a character offset. */
export interface OffsetProblem extends Problem {
  readonly offset: number;
}

/** Everything that makes a document no good YAML: syntax, duplicate keys, aliases without their anchor. */
export function yamlProblems(document: Document.Parsed): readonly OffsetProblem[] {
  const problems = document.errors.map(({ pos, code, message }) => ({
    path: [],
    offset: pos[0],
    message:
      code === 'MULTIPLE_DOCS' ? 'the file holds more than one YAML document' : `is not YAML: ${said(code, message)}`,
  }));
  // What the parser could not read properly leads to false findings below.
  return problems.length > 0 ? problems : structureProblems(document);
}

const UNQUOTED: Partial<Record<ErrorCode, string>> = {
  BAD_DIRECTIVE: 'the directive is not known',
  BAD_DQ_ESCAPE: 'the escape sequence is not known',
  TAG_RESOLVE_FAILED: 'the tag is not known',
};

/**
 * What the library says, without the text that it quotes: any file can be named as a configuration, also one that is none and
 * that whoever asks must not read.
 */
function said(code: ErrorCode, message: string): string {
  return UNQUOTED[code] ?? (code === 'UNEXPECTED_TOKEN' ? message.replace(/: .*$/s, '') : message);
}

/** Names that stand for themselves are repeated, what may be a line of anything is not. */
function quoted(name: string): string {
  return /^[\w.<-]{1,64}$/.test(name) ? ` "${name}"` : '';
}

/** Keys are compared through a set, so that the time stays proportional to the size of the document. */
function structureProblems(document: Document.Parsed): readonly OffsetProblem[] {
  const problems: OffsetProblem[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node) => {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node)) {
        if (!anchors.has(node.source))
          problems.push({
            path: [],
            offset,
            message: `the alias${quoted(node.source).replace('"', '"*')} has no anchor before it`,
          });
        return;
      }
      if (node.anchor !== undefined) anchors.add(node.anchor);
      if (isMap(node)) problems.push(...duplicateKeys(node));
    },
  });
  return problems;
}

function duplicateKeys(map: YAMLMap): readonly OffsetProblem[] {
  const seen = new Set<unknown>();
  return map.items.flatMap(({ key }: Pair) => {
    if (!isScalar(key) || isMergeKey(key)) return [];
    const isDuplicate = seen.has(key.value);
    seen.add(key.value);
    return isDuplicate
      ? [{ path: [], offset: key.range?.[0] ?? 0, message: `the key${quoted(String(key.value))} is there twice` }]
      : [];
  });
}

const LITERAL_LISTS = new Set<unknown>(['args', 'command']);

/** Lets numbers and booleans of `env`, `args` and `command` stay as they are written: `1.10` is not `1.1` to a program. */
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

/** A value with an anchor may be used elsewhere as the number that it is. */
function keepLiteral(node: unknown): void {
  if (!isScalar(node) || node.anchor !== undefined || node.source === undefined) return;
  if (typeof node.value === 'number' || typeof node.value === 'boolean') node.value = node.source;
}
