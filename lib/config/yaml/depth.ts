import type { CST } from 'yaml';

/** A collection in the parser's syntax tree. */
type Collection = CST.BlockMap | CST.BlockSequence | CST.FlowCollection;

/**
 * Replaces every collection below the given depth with an empty value, without recursion; returns the offsets of the
 * replaced ones.
 */
export function cutBelow(token: CST.Token, maxDepth: number): readonly number[] {
  const cuts: number[] = [];
  const inside = token.type === 'document' ? token.value : undefined;
  const open: { readonly at: Collection; readonly depth: number }[] = [];
  if (isCollection(inside)) open.push({ at: inside, depth: 1 });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { at, depth } = next;
    for (const item of at.items) {
      for (const part of ['key', 'value'] as const) {
        const below = item[part];
        if (!isCollection(below)) continue;
        if (depth < maxDepth) open.push({ at: below, depth: depth + 1 });
        else {
          cuts.push(below.offset);
          item[part] = { type: 'scalar', offset: below.offset, indent: below.indent, source: '' };
        }
      }
    }
  }
  return cuts;
}

function isCollection(token: CST.Token | null | undefined): token is Collection {
  return token != null && 'items' in token;
}
