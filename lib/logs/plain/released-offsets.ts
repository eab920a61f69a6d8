import { readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { codeOf } from '../error-code.ts';
import { headFile } from './files.ts';

/**
 * Which part of the output of a launch is still available. Offsets are bytes since the launch. Everything before `head`
 * was released. Everything from `base` on is in the output file, whose first byte has the offset `base`; what is
 * between `head` and `base` is in the copy next to it. With holes `base` stays 0; only a truncation moves it.
 */
export interface ReleasedOffset {
  readonly head: number;
  readonly base: number;
}

interface StoredOffset extends ReleasedOffset {
  /** The size of the file before its truncation. While the file is still that large, it has not been truncated yet. */
  readonly truncating?: number;
}

const WHOLE: ReleasedOffset = { head: 0, base: 0 };

/**
 * The heads of all output files, cached in memory and stored in a small file next to each. A head is always moved
 * before space is released: if a host dies in between, it leaves bytes that are no longer read, and the next sweep
 * releases them.
 */
export class ReleasedOffsets {
  readonly #known = new Map<string, ReleasedOffset>();
  /** The last known end of each file, to detect that it was truncated from outside. */
  readonly #ends = new Map<string, number>();

  of(file: string): ReleasedOffset {
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    const loaded = load(file);
    this.#known.set(file, loaded);
    return loaded;
  }

  /** Moves a head, for all readers of this host and for the next host. */
  move(file: string, head: ReleasedOffset, truncating?: number): void {
    store(file, truncating === undefined ? head : { ...head, truncating });
    this.#known.set(file, head);
  }

  /**
   * The current end of the output; null: there is no file. A file that has shrunk was truncated by the service itself
   * (as `echo x >/dev/stdout` does): its bytes then count from the old end, so that no offset is used twice.
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

/** A damaged or foreign file counts as absent. At worst, a hole is then skipped as NULs instead of by its offset. */
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

/** Not synced: only a power failure can undo it, and then a hole reads as NULs, which readers skip. */
function store(file: string, head: StoredOffset): void {
  const target = headFile(file);
  const temporary = `${target}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(head)}\n`, { mode: 0o600 });
  renameSync(temporary, target);
}
