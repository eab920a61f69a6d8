import type { JournalDraft, JournalEntry } from '../../model/journal.ts';

/** Numbered events on their way into the store. */
interface Batch {
  readonly entries: readonly JournalEntry[];
  fate: 'open' | 'kept' | 'lost';
}

/**
 * The only way into the journal. Numbers events in the order in which they become known, has them written, and publishes those that are
 * durable: always in rising order, so that one that is durable waits for those before it, whose fate is still open. A write that
 * fails leaves a hole in the numbers. One a host.
 */
export class Journal {
  readonly #publish: (entries: readonly JournalEntry[]) => void;
  readonly #batches: Batch[] = [];
  #last: number;

  /** `last` is the highest number ever written. `publish` must not throw: what is written stays so, whoever hears of it. */
  constructor(last: number, publish: (entries: readonly JournalEntry[]) => void) {
    this.#last = last;
    this.#publish = publish;
  }

  /** The highest number that was given, whatever becomes of it. */
  get last(): number {
    return this.#last;
  }

  /** Numbers the drafts and gives them to `commit`, at once; resolves and rejects with it. */
  async write(
    drafts: readonly JournalDraft[],
    commit: (entries: readonly JournalEntry[]) => Promise<void>,
  ): Promise<void> {
    const batch: Batch = { entries: drafts.map((draft) => this.#numbered(draft)), fate: 'open' };
    this.#batches.push(batch);
    try {
      await commit(batch.entries);
      batch.fate = 'kept';
    } catch (error) {
      batch.fate = 'lost';
      throw error;
    } finally {
      this.#settle();
    }
  }

  #numbered(draft: JournalDraft): JournalEntry {
    this.#last += 1;
    return { seq: this.#last, ...draft };
  }

  #settle(): void {
    const open = this.#batches.findIndex(({ fate }) => fate === 'open');
    const settled = this.#batches.splice(0, open === -1 ? this.#batches.length : open);
    const kept = settled.flatMap(({ entries, fate }) => (fate === 'kept' ? entries : []));
    if (kept.length > 0) this.#publish(kept);
  }
}
