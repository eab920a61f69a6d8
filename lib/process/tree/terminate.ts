import { setTimeout as pause } from 'node:timers/promises';
import type { StopSpec } from '../../model/spec.ts';
import type { Log } from '../../ports/log.ts';
import { killTree } from '../os/kill-tree.ts';
import { livingAmong, type Identity } from '../os/process-identity.ts';
import type { ProcessSnapshot, ProcessTable, TreeTags } from '../os/process-table.ts';
import { signalNumber } from '../../launching/signal-names.ts';

/** How much longer than the grace a shim may take before its tree is ended from outside. */
const SHIM_EXTRA_MS = 2_000;
const MAX_INTERVAL_MS = 500;
const SIGKILL = 9;
const SIGTERM = 15;
const SIGCONT = signalNumber('SIGCONT') ?? 18;

/** The tree to end. */
export interface EndingTree extends TreeTags {
  /** Sends a command to the shim; false if it cannot be reached. */
  command(line: string): boolean;
  /** Its members in a reading. One that an earlier reading has proven remains a member as long as it is alive. */
  membersIn(snapshot: ProcessSnapshot): readonly Identity[];
  /** Checks its processes and records now. */
  check(): void;
  /** Two readings of the process table in a row found none of its processes. */
  proveEmpty(): void;
  /** Its shim is about to be killed: what it has not written yet is read in its place. */
  readOutput(): void;
  readonly isGone: boolean;
  readonly gone: Promise<void>;
}

/** The system calls for ending processes. */
export interface EndingSystem {
  readonly platform: NodeJS.Platform;
  /** The pids among these whose process, and not another one with the same pid, is alive. */
  livingAmong(identities: readonly Identity[]): ReadonlySet<number>;
  /** Throws if there is no such process, or if it belongs to another user. */
  signal(pid: number, signal: number): void;
  /** Kills a process and all its descendants; for Windows only. */
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

/** One stop of one tree: by its shim, or from outside if no shim responds. */
export class Ending {
  readonly #tree: EndingTree;
  readonly #table: Pick<ProcessTable, 'read'>;
  readonly #log: Log;
  readonly #system: EndingSystem;
  #killAt = Infinity;
  #signal = SIGTERM;
  #outside: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(tree: EndingTree, table: Pick<ProcessTable, 'read'>, log: Log, system = THIS_SYSTEM) {
    this.#tree = tree;
    this.#table = table;
    this.#log = log;
    this.#system = system;
    void tree.gone.then(() => {
      this.#forget();
    });
  }

  /** Requests the end; a later call has an effect only if it shortens the grace. */
  ask(stop: StopSpec): void {
    const killAt = performance.now() + stop.graceMs;
    if (killAt >= this.#killAt) return;
    this.#killAt = killAt;
    this.#signal = signalNumber(stop.signal) ?? SIGTERM;
    if (this.#outside !== null) return; // it reads the new deadline
    if (!this.#tree.command(`stop ${this.#signal} ${Math.round(stop.graceMs)}`)) {
      this.#takeOver();
      return;
    }
    this.#forget();
    this.#timer = setTimeout(() => {
      this.#log.warn({ launchId: this.#tree.launchId }, 'a shim does not end its tree; ending it from outside');
      this.#takeOver();
    }, stop.graceMs + SHIM_EXTRA_MS);
  }

  #forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #takeOver(): void {
    this.#outside ??= this.#endFromOutside().catch((error: unknown) => {
      this.#outside = null;
      this.#log.error({ err: error, launchId: this.#tree.launchId }, 'cannot end a tree from outside; retrying');
      this.#timer = setTimeout(() => {
        this.#takeOver();
      }, MAX_INTERVAL_MS);
    });
  }

  async #endFromOutside(): Promise<void> {
    const { main, shim } = this.#tree;
    if (this.#system.platform === 'win32') {
      if (main !== null && this.#isLiving(main)) await this.#system.killTree(main.pid);
    } else {
      // A stopped shim cannot reap; one without a main process must not start it now.
      this.#signalTo(shim, main === null ? SIGKILL : SIGCONT);
      await this.#endMembers();
    }
    this.#tree.proveEmpty();
    const shimUntil = performance.now() + SHIM_EXTRA_MS;
    for (let ms = 5; !this.#tree.isGone; ms = Math.min(ms * 2, MAX_INTERVAL_MS)) {
      this.#tree.check();
      if (performance.now() >= shimUntil) {
        this.#tree.readOutput();
        this.#signalTo(shim, SIGKILL);
      }
      await Promise.race([this.#tree.gone, pause(ms)]);
    }
  }

  /** Signals every member once, kills after the grace, and checks again until two readings in a row find none. */
  async #endMembers(): Promise<void> {
    const asked = new Set<string>();
    let intervalMs = 10;
    for (let empty = 0; empty < 2;) {
      const members = this.#tree.membersIn(await this.#table.read());
      empty = members.length === 0 ? empty + 1 : 0;
      for (const member of members) this.#signalOnce(member, asked);
      intervalMs = this.#isGraceOver() ? Math.min(intervalMs * 2, MAX_INTERVAL_MS) : 10;
      await this.#awaitEnd(members, intervalMs);
    }
  }

  #isLiving(identity: Identity): boolean {
    return this.#system.livingAmong([identity]).has(identity.pid);
  }

  /** Signals exactly this process, not another one with the same pid. */
  #signalTo(identity: Identity, signal: number): void {
    if (!this.#isLiving(identity)) return;
    try {
      this.#system.signal(identity.pid, signal);
    } catch {
      // It ended just now, or belongs to another user. The next check shows which.
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

  async #awaitEnd(members: readonly Identity[], intervalMs: number): Promise<void> {
    for (let ms = intervalMs; this.#system.livingAmong(members).size > 0; ms = Math.min(ms * 2, MAX_INTERVAL_MS)) {
      const left = this.#killAt - performance.now();
      if (left <= 0) {
        await pause(ms);
        return;
      }
      await pause(Math.min(ms, left));
    }
  }
}
