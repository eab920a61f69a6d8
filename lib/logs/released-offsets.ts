import { readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { codeOf } from './error-code.ts';
import { headFile } from './files.ts';

/**
 * Which part of a launch's output is to be had. Offsets count bytes since the launch. What lies before `head` was given up. What
 * lies from `base` on is in the output file, whose first byte is `base`; what lies between is in the copy beside it. With holes
 * `base` stays 0; only a truncation moves it.
 */
export interface ReleasedOffset {
  readonly head: number;
  readonly base: number;
}

interface StoredOffset extends ReleasedOffset {
  /** The size of the file that was about to be truncated: not done while the file is that large. */
  readonly truncating?: number;
}

const WHOLE: ReleasedOffset = { head: 0, base: 0 };

/**
 * The heads of all output files, remembered here and kept in a small file beside each. A head is moved before space is released,
 * never after: a host that dies in between leaves bytes that nobody reads any more, and the next sweep releases them.
 */
export class ReleasedOffsets {
  readonly #known = new Map<string, ReleasedOffset>();
  /** How far each file was known to reach, to notice that somebody else truncated it. */
  readonly #ends = new Map<string, number>();

  of(file: string): ReleasedOffset {
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    const loaded = load(file);
    this.#known.set(file, loaded);
    return loaded;
  }

  /** Moves a head: seen by every reader of this host, and by the next host, from then on. */
  move(file: string, head: ReleasedOffset, truncating?: number): void {
    store(file, truncating === undefined ? head : { ...head, truncating });
    this.#known.set(file, head);
  }

  /**
   * Where the output ends now; null: there is no file. A file that has shrunk was truncated by the service itself (as `echo x
   * >/dev/stdout` does): its bytes count from the old end on, so that no offset comes twice.
   */
  endOf(file: string): number | null {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    const { head, base } = this.of(file);
    const known = Math.max(this.#ends.get(file) ?? 0, head);
    let end = base + stat.size;
    if (end < known) {
      this.move(file, { head: known, base: known });
      end = known + stat.size;
    }
    this.#ends.set(file, end);
    return end;
  }

  forget(files: readonly string[]): void {
    for (const file of files) {
      this.#known.delete(file);
      this.#ends.delete(file);
    }
  }
}

function load(file: string): ReleasedOffset {
  const stored = parse(file);
  if (stored === null) return WHOLE;
  const { head, base, truncating } = stored;
  if (truncating !== undefined) {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= truncating) truncateSync(file);
    store(file, { head, base });
  }
  return { head, base };
}

/** A file that is torn or not ours counts as absent: the worst is that NULs are skipped instead of being known of. */
function parse(file: string): StoredOffset | null {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(headFile(file), 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { head, base, truncating } = value as Readonly<Record<string, unknown>>; // any object; each field is checked
  if (!isOffset(head) || !isOffset(base)) return null;
  return isOffset(truncating) ? { head, base, truncating } : { head, base };
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Not synced: only a power cut could undo it, and then what was a hole reads as NULs, which readers skip. */
function store(file: string, head: StoredOffset): void {
  const target = headFile(file);
  const temporary = `${target}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(head)}\n`, { mode: 0o600 });
  renameSync(temporary, target);
}
