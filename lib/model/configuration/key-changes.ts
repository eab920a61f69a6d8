import { isSame } from '../policy/revision.ts';
import { comparableOf, shownOf } from './masked.ts';

/** A plain JSON mapping with the keys of the configuration files. */
export type ConfigDocument = Readonly<Record<string, unknown>>;

/** A key whose value differs; null: it is not set. Hidden values are shown as such, also if they differ. */
export interface KeyChange {
  /** The keys that lead to it, joined by dots. */
  readonly key: string;
  readonly old: unknown;
  readonly new: unknown;
}

/** The keys in which two documents differ, in the order of the second one. Lists are compared as a whole. */
export function keyChanges(before: ConfigDocument, after: ConfigDocument): readonly KeyChange[] {
  const keys = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...keys].flatMap((key) => changesAt(key, own(before, key), own(after, key)));
}

function changesAt(path: string, old: unknown, present: unknown): readonly KeyChange[] {
  if (isSame(comparableOf(old ?? null), comparableOf(present ?? null))) return [];
  if (isDocument(old ?? {}) && isDocument(present ?? {})) {
    return keyChanges((old ?? {}) as ConfigDocument, (present ?? {}) as ConfigDocument).map((change) => ({
      ...change,
      key: `${path}.${change.key}`,
    }));
  }
  return [{ key: path, old: shownOf(old ?? null), new: shownOf(present ?? null) }];
}

function own(document: ConfigDocument, key: string): unknown {
  return Object.hasOwn(document, key) ? document[key] : undefined;
}

function isDocument(value: unknown): value is ConfigDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
