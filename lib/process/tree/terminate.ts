import { setTimeout as pause } from 'node:timers/promises';
import treeKill from 'tree-kill';
import type { StopSpec } from '../../model/spec.ts';
import type { Log } from '../../ports/log.ts';
import { isLiving, livingAmong, type Identity } from '../os/process-identity.ts';
import type { ProcessTable, TreeMarks } from '../os/process-table.ts';
import { signalNumber } from '../os/signals.ts';

/** What a shim may take beyond the grace before its tree is ended over its head. */
const SHIM_PATIENCE_MS = 2_000;
const SLOWEST_LOOK_MS = 500;
const SIGKILL = 9;
const SIGTERM = 15;
const SIGCONT = signalNumber('SIGCONT') ?? 18;

/** The tree that is to end. */
export interface EndingTree extends TreeMarks {
  /** Tells the shim; false when none listens. */
  command(line: string): boolean;
  /** Looks at its processes and records now. */
  look(): void;
  /** Two readings of the process table in a row have found nothing of it. */
  proveEmpty(): void;
  readonly isGone: boolean;
  readonly gone: Promise<void>;
}

/** Sends a signal to that very process; a pid that has been given again is left alone. */
export function signalProcess(identity: Identity, signal: number): void {
  if (!isLiving(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch {
    // It ended just now, or belongs to somebody else: not ours to signal. The next look tells which.
  }
}

/** One stop of one tree: by its shim, or from outside when there is no shim that obeys. */
export class Ending {
  readonly #tree: EndingTree;
  readonly #table: ProcessTable;
  readonly #log: Log;
  #killAt = Infinity;
  #signal = SIGTERM;
  #outside: Promise<void> | null = null;
  #patience: NodeJS.Timeout | null = null;

  constructor(tree: EndingTree, table: ProcessTable, log: Log) {
    this.#tree = tree;
    this.#table = table;
    this.#log = log;
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
    if (process.platform === 'win32') {
      if (main !== null && isLiving(main)) await killTree(main.pid);
    } else {
      // A stopped shim cannot reap; one without a main process must not begin it now.
      signalProcess(shim, main === null ? SIGKILL : SIGCONT);
      await this.#endMembers();
    }
    this.#tree.proveEmpty();
    const shimUntil = performance.now() + SHIM_PATIENCE_MS;
    for (let ms = 5; !this.#tree.isGone; ms = Math.min(ms * 2, SLOWEST_LOOK_MS)) {
      this.#tree.look();
      if (performance.now() >= shimUntil) signalProcess(shim, SIGKILL);
      await Promise.race([this.#tree.gone, pause(ms)]);
    }
  }

  /** Signals every member once, kills after the grace, and looks again until two readings in a row find none. */
  async #endMembers(): Promise<void> {
    const asked = new Set<string>();
    let lookMs = 10;
    for (let empty = 0; empty < 2;) {
      const members = (await this.#table.read()).membersOf(this.#tree);
      empty = members.length === 0 ? empty + 1 : 0;
      for (const member of members) this.#signalOnce(member, asked);
      lookMs = this.#isGraceOver() ? Math.min(lookMs * 2, SLOWEST_LOOK_MS) : 10;
      await this.#awaitEnd(members, lookMs);
    }
  }

  #signalOnce(member: Identity, asked: Set<string>): void {
    const name = `${member.pid} ${member.start}`;
    if (this.#isGraceOver()) signalProcess(member, SIGKILL);
    else if (!asked.has(name)) {
      signalProcess(member, this.#signal);
      signalProcess(member, SIGCONT); // a stopped process handles no signal
    }
    asked.add(name);
  }

  #isGraceOver(): boolean {
    return performance.now() >= this.#killAt;
  }

  async #awaitEnd(members: readonly Identity[], lookMs: number): Promise<void> {
    for (let ms = lookMs; livingAmong(members).size > 0; ms = Math.min(ms * 2, SLOWEST_LOOK_MS)) {
      const left = this.#killAt - performance.now();
      if (left <= 0) {
        await pause(ms);
        return;
      }
      await pause(Math.min(ms, left));
    }
  }
}

/** Windows has no signals to ask with: taskkill ends the tree by force. */
function killTree(pid: number): Promise<void> {
  return new Promise((resolve, reject) => {
    treeKill(pid, 'SIGKILL', (error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}
