import { codeOf } from '../os/error-code.ts';
import { livingOf, type Identity } from '../os/process-identity.ts';

const EVERY_MS = 250;

/** What a sweep looks after. */
export interface Swept {
  /** The process to look at now; null: none, look again next time. */
  suspect(): Identity | null;
  /** The process from suspect() is gone. */
  missing(): void;
}

/** Looks every 250 ms whether processes live that nobody tells us about; costs nothing while there are none. */
export class LivenessPoll {
  readonly #members = new Set<Swept>();
  #timer: NodeJS.Timeout | null = null;

  add(member: Swept): void {
    this.#members.add(member);
    this.#timer ??= setInterval(() => {
      this.#lookOrNot();
    }, EVERY_MS).unref();
  }

  delete(member: Swept): void {
    this.#members.delete(member);
    if (this.#members.size === 0) this.close();
  }

  #lookOrNot(): void {
    try {
      this.#look();
    } catch (error) {
      if (codeOf(error) === '') throw error; // a bug
      // No descriptor is free, say: nothing is known now, so nothing is said; the next look is near.
    }
  }

  #look(): void {
    const suspects = [...this.#members].flatMap((member) => {
      const identity = member.suspect();
      return identity === null ? [] : [{ member, identity }];
    });
    const living = livingOf(suspects.map(({ identity }) => identity));
    for (const { member, identity } of suspects) if (!living.has(identity)) member.missing();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
