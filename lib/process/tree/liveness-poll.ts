import { codeOf } from '../os/error-code.ts';
import { livingOf, type Identity } from '../os/process-identity.ts';

const EVERY_MS = 250;

/** A member of the poll. */
export interface PollMember {
  /** The process to check now; null: none this time. */
  suspect(): Identity | null;
  /** The process from suspect() is gone. */
  missing(): void;
}

/**
 * Checks every 250 ms whether processes are alive whose end nothing else reports; costs nothing while there are none.
 */
export class LivenessPoll {
  readonly #members = new Set<PollMember>();
  #timer: NodeJS.Timeout | null = null;

  /** Returns whether it was no member before. */
  add(member: PollMember): boolean {
    if (this.#members.has(member)) return false;
    this.#members.add(member);
    this.#timer ??= setInterval(() => {
      this.#tryCheck();
    }, EVERY_MS).unref();
    return true;
  }

  delete(member: PollMember): void {
    this.#members.delete(member);
    if (this.#members.size === 0) this.close();
  }

  #tryCheck(): void {
    try {
      this.#check();
    } catch (error) {
      if (codeOf(error) === '') throw error; // a bug
      // No free descriptor, for instance: their state is unknown now; the next check follows soon.
    }
  }

  #check(): void {
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
