/** How much is held back at most, in characters and messages; about what a tape keeps. */
const MAX_CHARACTERS = 64_000_000;

/** What was waiting. */
export interface Taken {
  readonly texts: readonly string[];
  /** How many messages before these were dropped. */
  readonly dropped: number;
}

/** Messages that wait, in order. Too many are dropped together: the host can send the state of the actors again. */
export class Inbox {
  #texts: string[] = [];
  #characters = 0;
  #events = 0;
  #dropped = 0;

  /** How many events are waiting, or were dropped. */
  get events(): number {
    return this.#events;
  }

  /** How many messages were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  get isEmpty(): boolean {
    return this.#texts.length === 0;
  }

  add(text: string): void {
    this.#texts.push(text);
    this.#characters += text.length;
    if (text.startsWith('{"type":"@xstate.event"')) this.#events += 1;
    if (this.#characters <= MAX_CHARACTERS) return;
    this.#dropped += this.#texts.length;
    this.#texts = [];
    this.#characters = 0;
  }

  /** Adds what another inbox had. */
  addAll({ texts, dropped }: Taken): void {
    this.#dropped += dropped;
    for (const text of texts) this.add(text);
  }

  /** Takes everything; the inbox is as new afterwards. */
  takeAll(): Taken {
    const taken = { texts: this.#texts, dropped: this.#dropped };
    this.#texts = [];
    this.#characters = 0;
    this.#events = 0;
    this.#dropped = 0;
    return taken;
  }

  /** Takes at most so many messages, the oldest, and leaves the others. */
  take(count: number): Taken {
    const { texts, dropped } = this.takeAll();
    for (const text of texts.slice(count)) this.add(text);
    return { texts: texts.slice(0, count), dropped };
  }
}
