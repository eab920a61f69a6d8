import { codeOf } from '../os/error-code.ts';
import { livingOf, type Identity } from '../os/process-identity.ts';

const EVERY_MS = 1_000;
/** A read takes 10 to 40 µs, so a thousand processes cost less than 0.1 % of a core. */
const MOST_AT_ONCE = 30;
/** A suspect takes three reads: its main process, its record and its shim. */
const MOST_SUSPECTS = 4;
/** Each is looked at once in that many rounds, so every 2 s, while there are no more than 60. */
const ROUNDS = 2;

/** What the rounds look at. */
export interface RoundMember {
  readonly main: Identity | null;
  /** Whether it is looked at each time, because its shim owes a record. */
  readonly isSuspect: boolean;
  /** Whether its main process lives was looked at. */
  mainSeen(isLiving: boolean): void;
}

/**
 * Looks at the main processes themselves, a few at a time: a shim that was stopped or hangs reports no end. At most 30
 * reads of /proc a second: each process every 2 s up to 60 of them, and one after the other beyond (a thousand in 34 s).
 */
export class MainRounds {
  /** In the order of their next look. */
  readonly #members = new Set<RoundMember>();
  readonly #suspects = new Set<RoundMember>();
  readonly #livingOf: typeof livingOf;
  #timer: NodeJS.Timeout | null = null;

  constructor(look = livingOf) {
    this.#livingOf = look;
  }

  add(member: RoundMember): void {
    if (member.main === null) return;
    this.#members.add(member);
    this.#timer ??= setInterval(() => {
      this.look();
    }, EVERY_MS).unref();
  }

  delete(member: RoundMember): void {
    this.#members.delete(member);
    this.#suspects.delete(member);
    if (this.#members.size === 0) this.close();
  }

  /** One round; its timer calls it. */
  look(): void {
    const members = this.#next();
    try {
      const living = this.#livingOf(members.flatMap(({ main }) => main ?? []));
      for (const member of members) {
        member.mainSeen(member.main !== null && living.has(member.main));
        this.#sortAgain(member);
      }
    } catch (error) {
      if (codeOf(error) === '') throw error; // a bug
      // No descriptor is free, say: nothing is known now, so nothing is said; the next look is near.
    }
  }

  #next(): readonly RoundMember[] {
    const next = new Set(firstOf(this.#suspects, MOST_SUSPECTS));
    const enough = Math.min(Math.ceil(this.#members.size / ROUNDS), MOST_AT_ONCE - 3 * next.size);
    for (const member of firstOf(this.#members, enough)) next.add(member);
    return [...next];
  }

  /** To the end of the line. */
  #sortAgain(member: RoundMember): void {
    if (!this.#members.delete(member)) return; // it has ended
    this.#members.add(member);
    this.#suspects.delete(member);
    if (member.isSuspect) this.#suspects.add(member);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

function firstOf<T>(set: ReadonlySet<T>, count: number): readonly T[] {
  const first: T[] = [];
  for (const one of set) {
    if (first.length >= count) break;
    first.push(one);
  }
  return first;
}
