/**
 * Types of events that were renamed, by their old name. Rows of the journal, filters and webhooks of older versions
 * still have it.
 */
const RENAMED: ReadonlyMap<string, string> = new Map([['process.stray', 'process.orphan']]);

/** The type of a row of the journal, whichever version wrote it. */
export function typeOfRow(stored: string): string {
  return RENAMED.get(stored) ?? stored;
}

/** Every name under which rows of a type may be stored: its own and its old ones. `type` may be an old name. */
export function storedNamesOf(type: string): readonly string[] {
  const current = typeOfRow(type);
  return [current, ...[...RENAMED].filter(([, name]) => name === current).map(([old]) => old)];
}

/** Every type that was renamed, by its present name. */
export const RENAMED_TYPES: readonly string[] = [...new Set(RENAMED.values())];

/** The warning about a type or filter that is an old name; null: it is none. */
export function deprecationOf(type: string): string | null {
  const current = RENAMED.get(type);
  return current === undefined ? null : `The event type ${type} is deprecated; use ${current}.`;
}
