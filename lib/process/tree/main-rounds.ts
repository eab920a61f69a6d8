import { codeOf } from '../os/error-code.ts';
import { livingOf, type Identity } from '../os/process-identity.ts';

const EVERY_MS = 1_000;
/** Reads per round. Each takes 10 to 40 µs, so a thousand processes cost less than 0.1 % of a core. */
const MAX_READS = 30;
/** Suspects per round. Each needs three reads: its main process, its record and its shim. */
const MAX_SUSPECTS = 4;
/** The rounds in which every process is checked once, if there are at most 60: every 2 s. */
const ROUNDS = 2;

/** What the rounds check. */
export interface RoundMember {
  readonly main: Identity | null;
  /** Whether it is checked in every round, because its shim owes a record. */
  readonly isSuspect: boolean;
  /** Its main process was checked. */
  mainChecked(isLiving: boolean): void;
}

/**
 * Checks the main processes themselves, a few at a time, because a shim that was stopped or hangs reports no exit. At
 * most 30 reads of /proc per second: up to 60 processes are each checked every 2 s, a thousand every 34 s.
 */
export class MainRounds {
  /** In the order of their next check. */
  readonly #members = new Set<RoundMember>();
  readonly #suspects = new Set<RoundMember>();
  readonly #livingOf: typeof livingOf;
  #timer: NodeJS.Timeout | null = null;

  constructor(readLiving = livingOf) {
    this.#livingOf = readLiving;
  }

  add(member: RoundMember): void {
    if (member.main === null) return;
    this.#members.add(member);
    this.#timer ??= setInterval(() => {
      this.check();
    }, EVERY_MS).unref();
  }

  delete(member: RoundMember): void {
    this.#members.delete(member);
    this.#suspects.delete(member);
    if (this.#members.size === 0) this.close();
  }

  /** Runs one round; called by its timer. */
  check(): void {
    const members = this.#next();
    try {
      const living = this.#livingOf(members.flatMap(({ main }) => main ?? []));
      for (const member of members) {
        member.mainChecked(member.main !== null && living.has(member.main));
        this.#sortAgain(member);
      }
    } catch (error) {
      if (codeOf(error) === '') throw error; // a bug
      // No free descriptor, for instance: nothing is known now, so nothing is reported; the next round follows soon.
    }
  }

  #next(): readonly RoundMember[] {
    const next = new Set(firstOf(this.#suspects, MAX_SUSPECTS));
    const enough = Math.min(Math.ceil(this.#members.size / ROUNDS), MAX_READS - 3 * next.size);
    for (const member of firstOf(this.#members, enough)) next.add(member);
    return [...next];
  }

  /** Moves it to the end of the queue. */
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
