import { setTimeout as pause } from 'node:timers/promises';
import type { StopSpec } from '../../model/spec.ts';
import type { Log } from '../../ports/log.ts';
import { killTree } from '../os/kill-tree.ts';
import { livingAmong, type Identity } from '../os/process-identity.ts';
import type { ProcessSnapshot, ProcessTable, TreeTags } from '../os/process-table.ts';
import { signalNumber } from '../os/signals.ts';

/** What a shim may take beyond the grace before its tree is ended over its head. */
const SHIM_PATIENCE_MS = 2_000;
const SLOWEST_LOOK_MS = 500;
const SIGKILL = 9;
const SIGTERM = 15;
const SIGCONT = signalNumber('SIGCONT') ?? 18;

/** The tree that is to end. */
export interface EndingTree extends TreeTags {
  /** Tells the shim; false when none listens. */
  command(line: string): boolean;
  /** Its members in a reading; what an earlier reading has proven to be of it stays so for as long as it lives. */
  membersIn(snapshot: ProcessSnapshot): readonly Identity[];
  /** Looks at its processes and records now. */
  look(): void;
  /** Two readings of the process table in a row have found nothing of it. */
  proveEmpty(): void;
  readonly isGone: boolean;
  readonly gone: Promise<void>;
}

/** How a system lets processes be ended. */
export interface EndingSystem {
  readonly platform: NodeJS.Platform;
  /** The pids among these whose very process lives. */
  livingAmong(identities: readonly Identity[]): ReadonlySet<number>;
  /** Throws when there is no such process, or when it belongs to somebody else. */
  signal(pid: number, signal: number): void;
  /** Ends a process and all below it without asking; for Windows alone. */
  killTree(pid: number): Promise<void>;
}

const THIS_SYSTEM: EndingSystem = {
  platform: process.platform,
  livingAmong,
  signal: (pid, signal) => {
    process.kill(pid, signal);
  },
  killTree,
};

/** One stop of one tree: by its shim, or from outside when there is no shim that obeys. */
export class Ending {
  readonly #tree: EndingTree;
  readonly #table: Pick<ProcessTable, 'read'>;
  readonly #log: Log;
  readonly #system: EndingSystem;
  #killAt = Infinity;
  #signal = SIGTERM;
  #outside: Promise<void> | null = null;
  #patience: NodeJS.Timeout | null = null;

  constructor(tree: EndingTree, table: Pick<ProcessTable, 'read'>, log: Log, system = THIS_SYSTEM) {
    this.#tree = tree;
    this.#table = table;
    this.#log = log;
    this.#system = system;
    void tree.gone.then(() => {
      this.#forget();
    });
  }

  /** Asks the tree to end; a later call counts only if it shortens the grace. */
  ask(stop: StopSpec): void {
    const killAt = performance.now() + stop.graceMs;
    if (killAt >= this.#killAt) return;
    this.#killAt = killAt;
    this.#signal = signalNumber(stop.signal) ?? SIGTERM;
    if (this.#outside !== null) return; // it reads the new instant
    if (!this.#tree.command(`stop ${this.#signal} ${Math.round(stop.graceMs)}`)) {
      this.#takeOver();
      return;
    }
    this.#forget();
    this.#patience = setTimeout(() => {
      this.#log.warn({ launchId: this.#tree.launchId }, 'A shim does not end its tree; ending it from outside.');
      this.#takeOver();
    }, stop.graceMs + SHIM_PATIENCE_MS);
  }

  #forget(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }

  #takeOver(): void {
    this.#outside ??= this.#endFromOutside().catch((error: unknown) => {
      this.#outside = null;
      this.#log.error(
        { err: error, launchId: this.#tree.launchId },
        'A tree cannot be ended from outside; trying again.',
      );
      this.#patience = setTimeout(() => {
        this.#takeOver();
      }, SLOWEST_LOOK_MS);
    });
  }

  async #endFromOutside(): Promise<void> {
    const { main, shim } = this.#tree;
    if (this.#system.platform === 'win32') {
      if (main !== null && this.#isLiving(main)) await this.#system.killTree(main.pid);
    } else {
      // A stopped shim cannot reap; one without a main process must not begin it now.
      this.#signalTo(shim, main === null ? SIGKILL : SIGCONT);
      await this.#endMembers();
    }
    this.#tree.proveEmpty();
    const shimUntil = performance.now() + SHIM_PATIENCE_MS;
    for (let ms = 5; !this.#tree.isGone; ms = Math.min(ms * 2, SLOWEST_LOOK_MS)) {
      this.#tree.look();
      if (performance.now() >= shimUntil) this.#signalTo(shim, SIGKILL);
      await Promise.race([this.#tree.gone, pause(ms)]);
    }
  }

  /** Signals every member once, kills after the grace, and looks again until two readings in a row find none. */
  async #endMembers(): Promise<void> {
    const asked = new Set<string>();
    let lookMs = 10;
    for (let empty = 0; empty < 2;) {
      const members = this.#tree.membersIn(await this.#table.read());
      empty = members.length === 0 ? empty + 1 : 0;
      for (const member of members) this.#signalOnce(member, asked);
      lookMs = this.#isGraceOver() ? Math.min(lookMs * 2, SLOWEST_LOOK_MS) : 10;
      await this.#awaitEnd(members, lookMs);
    }
  }

  #isLiving(identity: Identity): boolean {
    return this.#system.livingAmong([identity]).has(identity.pid);
  }

  /** Signals that very process; a pid that has been given again is left alone. */
  #signalTo(identity: Identity, signal: number): void {
    if (!this.#isLiving(identity)) return;
    try {
      this.#system.signal(identity.pid, signal);
    } catch {
      // It ended just now, or belongs to somebody else: not ours to signal. The next look tells which.
    }
  }

  #signalOnce(member: Identity, asked: Set<string>): void {
    const name = `${member.pid} ${member.start}`;
    if (this.#isGraceOver()) this.#signalTo(member, SIGKILL);
    else if (!asked.has(name)) {
      this.#signalTo(member, this.#signal);
      this.#signalTo(member, SIGCONT); // a stopped process handles no signal
    }
    asked.add(name);
  }

  #isGraceOver(): boolean {
    return performance.now() >= this.#killAt;
  }

  async #awaitEnd(members: readonly Identity[], lookMs: number): Promise<void> {
    for (let ms = lookMs; this.#system.livingAmong(members).size > 0; ms = Math.min(ms * 2, SLOWEST_LOOK_MS)) {
      const left = this.#killAt - performance.now();
      if (left <= 0) {
        await pause(ms);
        return;
      }
      await pause(Math.min(ms, left));
    }
  }
}
