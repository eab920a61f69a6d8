import type { JournalDraft, JournalEntry } from '../../model/journal.ts';

/** Numbered events that are being written. */
interface Batch {
  readonly entries: readonly JournalEntry[];
  fate: 'pending' | 'durable' | 'lost';
}

/**
 * The only way into the journal. Numbers events in the order in which they become known, has them written, and
 * publishes the durable ones in strictly rising order: a durable event waits until those before it are settled. A
 * failed write leaves a gap in the numbers. One per host.
 */
export class Journal {
  readonly #publish: (entries: readonly JournalEntry[]) => void;
  readonly #batches: Batch[] = [];
  #last: number;

  /** `last` is the highest number ever written. `publish` must not throw: the events are already written. */
  constructor(last: number, publish: (entries: readonly JournalEntry[]) => void) {
    this.#last = last;
    this.#publish = publish;
  }

  /** The highest number assigned, whether or not it gets written. */
  get last(): number {
    return this.#last;
  }

  /** Numbers the drafts and passes them to `commit` immediately; settles with it. */
  async write(
    drafts: readonly JournalDraft[],
    commit: (entries: readonly JournalEntry[]) => Promise<void>,
  ): Promise<void> {
    const batch: Batch = { entries: drafts.map((draft) => this.#numbered(draft)), fate: 'pending' };
    this.#batches.push(batch);
    try {
      await commit(batch.entries);
      batch.fate = 'durable';
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
    const open = this.#batches.findIndex(({ fate }) => fate === 'pending');
    const settled = this.#batches.splice(0, open === -1 ? this.#batches.length : open);
    const durable = settled.flatMap(({ entries, fate }) => (fate === 'durable' ? entries : []));
    if (durable.length > 0) this.#publish(durable);
  }
}
