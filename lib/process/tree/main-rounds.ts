import { codeOf } from '../os/error-code.ts';
import { hasProgram, livingOf, type Identity } from '../os/process-identity.ts';

const EVERY_MS = 1_000;
/** Checks per round. Each takes 10 to 40 µs, so a thousand processes cost less than 0.1 % of a core. */
const MAX_CHECKS = 30;
/** Suspects per round. Each counts as three checks: its main process, its record and its shim. */
const MAX_SUSPECTS = 4;
/** The rounds in which every process is checked once, if there are at most 60: every 2 s. */
const ROUNDS = 2;
/** How often in a row it is only asked whether the pid has a program, before its start time is read again. */
const QUICK_CHECKS = 7;

/** The number of quick checks that follow, or, below zero, of complete ones before a quick one is tried again. */
type Turns = number;

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
 * most 30 checks per second: up to 60 processes are each checked every 2 s, a thousand every 34 s. Seven of eight checks only ask
 * whether the pid has a program, which takes a third of the time; while the shim is there, nobody else can get the pid of a
 * process that it has not reaped.
 */
export class MainRounds {
  /** In the order of their next check. */
  readonly #members = new Map<RoundMember, Turns>();
  readonly #suspects = new Set<RoundMember>();
  readonly #livingOf: typeof livingOf;
  readonly #hasProgram: typeof hasProgram;
  #timer: NodeJS.Timeout | null = null;

  constructor(readLiving = livingOf, readProgram = hasProgram) {
    this.#livingOf = readLiving;
    this.#hasProgram = readProgram;
  }

  add(member: RoundMember): void {
    if (member.main === null) return;
    this.#members.set(member, QUICK_CHECKS); // its start time has just been read
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
      const seen = new Set(members.filter((member) => this.#isSeen(member)));
      const living = this.#livingOf(members.flatMap((member) => (seen.has(member) ? [] : (member.main ?? []))));
      for (const member of members) {
        const { main } = member;
        member.mainChecked(seen.has(member) || (main !== null && living.has(main)));
        this.#sortAgain(member, seen.has(member));
      }
    } catch (error) {
      if (codeOf(error) === '') throw error; // a bug
      // No free descriptor, for instance: nothing is known now, so nothing is reported; the next round follows soon.
    }
  }

  /** Whether a quick check is enough, and shows that it is alive. */
  #isSeen(member: RoundMember): boolean {
    const turns = this.#members.get(member) ?? 0;
    return turns > 0 && member.main !== null && this.#hasProgram(member.main.pid);
  }

  #next(): readonly RoundMember[] {
    const next = new Set(firstOf(this.#suspects, MAX_SUSPECTS));
    const enough = Math.min(Math.ceil(this.#members.size / ROUNDS), MAX_CHECKS - 3 * next.size);
    for (const member of firstOf(this.#members.keys(), enough)) next.add(member);
    return [...next];
  }

  /** Moves it to the end of the queue. */
  #sortAgain(member: RoundMember, wasSeen: boolean): void {
    const turns = this.#members.get(member);
    if (turns === undefined) return; // it has ended
    this.#members.delete(member);
    this.#members.set(member, turnsAfter(turns, wasSeen));
    this.#suspects.delete(member);
    if (member.isSuspect) this.#suspects.add(member);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

function turnsAfter(turns: Turns, wasSeen: boolean): Turns {
  if (turns < 0) return turns + 1;
  if (turns === 0) return QUICK_CHECKS;
  return wasSeen ? turns - 1 : -QUICK_CHECKS;
}

function firstOf<T>(all: Iterable<T>, count: number): readonly T[] {
  const first: T[] = [];
  for (const one of all) {
    if (first.length >= count) break;
    first.push(one);
  }
  return first;
}
