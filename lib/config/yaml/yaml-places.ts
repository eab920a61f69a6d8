import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Path } from '../problems.ts';

/**
 * The character offset of the value (or of the key) at a path from `root`, through aliases and merged mappings. If the
 * file does not contain the whole path, that of the last key that it contains; undefined if there is none.
 */
export function offsetOf(document: Document.Parsed, root: unknown, path: Path, isKey: boolean): number | undefined {
  let node = resolved(document, root);
  let offset = startOf(root);
  for (const [index, step] of path.entries()) {
    const pair = isMap(node) ? pairOf(document, node, step) : undefined;
    const value = isSeq(node) ? node.items[Number(step)] : pair?.value;
    if (pair === undefined && value === undefined) return offset;
    const isKeyMeant = isKey || index < path.length - 1 || isEmpty(value);
    offset = (isKeyMeant ? startOf(pair?.key) : undefined) ?? startOf(value) ?? offset;
    node = resolved(document, value);
  }
  return offset;
}

/** The pair of a key, including keys from a mapping merged with `<<`. */
export function pairOf(
  document: Document.Parsed,
  map: YAMLMap,
  key: string | number,
  seen = new Set([map]),
): Pair | undefined {
  const own = map.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  if (own !== undefined) return own;
  const merged = map.items.filter((item) => isMergeKey(item.key)).map((item) => resolved(document, item.value));
  for (const value of merged.flatMap((node) => (isSeq(node) ? node.items : [node]))) {
    const source = resolved(document, value);
    if (!isMap(source) || seen.has(source)) continue; // a mapping may merge itself through an alias
    const pair = pairOf(document, source, key, seen.add(source));
    if (pair !== undefined) return pair;
  }
  return undefined;
}

/** Whether a key is an unquoted `<<`, for which the parser returns a symbol. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

/** Whether a value from the parser is a node; an absent value is not. */
export function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function isEmpty(value: unknown): boolean {
  return isScalar(value) && value.value === null && value.source === '';
}

function resolved(document: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}
