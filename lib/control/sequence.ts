import type { JournalDraft, JournalEntry } from '../model/journal.ts';

/** Numbers facts in the order in which they become known. One a host; the store keeps what it numbered. */
export class Sequence {
  #last: number;

  /** `last` is the highest number ever written. */
  constructor(last: number) {
    this.#last = last;
  }

  /** The draft as an entry with the next number. */
  next(draft: JournalDraft): JournalEntry {
    this.#last += 1;
    return { seq: this.#last, ...draft };
  }
}
