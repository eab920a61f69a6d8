import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { LAUNCH_TAG } from '../../model/environment.ts';
import { environmentOf } from './process-environment.ts';
import { procStat, psStats, type Identity, type ProcessStat } from './process-identity.ts';

/** One living process of the table. */
export interface TableEntry extends ProcessStat {
  /** The launch whose mark it carries; null when it carries none or hides its environment. */
  readonly tag: string | null;
}

/** What a tree is known by from outside. */
export interface TreeTags {
  readonly launchId: string;
  readonly main: Identity | null;
  readonly shim: Identity;
  /** Its other children are the tools that a shell works with: an exit record is lost with the `mv` that is to put it in place. */
  readonly isShimShell: boolean;
}

/** All living processes at one moment. */
export class ProcessSnapshot {
  readonly #byPid = new Map<number, TableEntry>();
  readonly #byParent = new Map<number, TableEntry[]>();
  readonly #byGroup = new Map<number, TableEntry[]>();
  readonly #bySession = new Map<number, TableEntry[]>();
  readonly #byTag = new Map<string, TableEntry[]>();

  constructor(entries: readonly TableEntry[]) {
    for (const entry of entries) {
      if (entry.pid === process.pid) continue; // the host is part of no tree, whatever environment it was given
      this.#byPid.set(entry.pid, entry);
      file(this.#byParent, entry.parent, entry);
      file(this.#byGroup, entry.group, entry);
      file(this.#bySession, entry.session, entry);
      if (entry.tag !== null) file(this.#byTag, entry.tag, entry);
    }
  }

  /**
   * The processes of a tree, its shim excepted: those that carry its mark, the children of its shim while that lives, the group
   * and session of its main process while that lives, those among `proven` that still live, and all descendants of these. The
   * group of a dead leader proves nothing: whoever got its pid may have led one too. So a process that has wiped its environment
   * escapes unless it was seen before its leader and its parents were gone.
   */
  membersOf({ launchId, main, shim, isShimShell }: TreeTags, proven: readonly Identity[] = []): readonly Identity[] {
    const queue = [...(this.#byTag.get(launchId) ?? [])];
    for (const member of proven) if (this.#holds(member)) queue.push(...this.#entryOf(member.pid));
    if (main !== null && this.#holds(main)) {
      queue.push(...this.#entryOf(main.pid));
      queue.push(...(this.#byGroup.get(main.pid) ?? []), ...(this.#bySession.get(main.pid) ?? []));
    }
    const isShimAlive = this.#holds(shim);
    if (isShimAlive) queue.push(...(this.#byParent.get(shim.pid) ?? []));
    const tools = isShimShell && isShimAlive && main !== null ? this.#toolsOf(shim, main) : new Set();
    const found = new Map<number, TableEntry>();
    for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
      if (found.has(entry.pid) || tools.has(entry.pid)) continue;
      found.set(entry.pid, entry);
      queue.push(...(this.#byParent.get(entry.pid) ?? []));
    }
    if (isShimAlive) found.delete(shim.pid);
    return [...found.values()].map(({ pid, start }) => ({ pid, start }));
  }

  /** What a shell has forked beside its main process. */
  #toolsOf(shim: Identity, main: Identity): ReadonlySet<number> {
    const tools = new Set<number>();
    const queue = (this.#byParent.get(shim.pid) ?? []).filter(({ pid }) => pid !== main.pid);
    for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
      tools.add(entry.pid);
      queue.push(...(this.#byParent.get(entry.pid) ?? []));
    }
    return tools;
  }

  #entryOf(pid: number): readonly TableEntry[] {
    const entry = this.#byPid.get(pid);
    return entry === undefined ? [] : [entry];
  }

  #holds({ pid, start }: Identity): boolean {
    return this.#byPid.get(pid)?.start === start;
  }
}

function file<K>(index: Map<K, TableEntry[]>, key: K, entry: TableEntry): void {
  const others = index.get(key);
  if (others === undefined) index.set(key, [entry]);
  else others.push(entry);
}

const TAG = new RegExp(`(?:^|\\0)${LAUNCH_TAG}=([0-9a-f]{32})(?:\\0|$)`);

/** The launch that a process says it is of; null when it carries no mark, or hides it. */
export function tagOf(pid: number): string | null {
  return TAG.exec(environmentOf(pid) ?? '')?.[1] ?? null;
}

function readEntries(): readonly TableEntry[] {
  if (process.platform === 'win32') return [];
  if (process.platform !== 'linux') return psStats(['-A']).map((stat) => ({ ...stat, tag: null }));
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? procStat(pid) : null;
    return stat === null || stat.isDead ? [] : [{ ...stat, tag: tagOf(pid) }];
  });
}

/**
 * Lists all processes, at some 20 µs each. Whoever asks before a reading begins shares it, and a reading begins only when four
 * times the length of the last one has passed, so that however many ask, four fifths of the time are left for others.
 */
export class ProcessTable {
  #next: Promise<ProcessSnapshot> | null = null;
  #notBefore = 0;

  read(): Promise<ProcessSnapshot> {
    this.#next ??= this.#readSoon();
    return this.#next;
  }

  async #readSoon(): Promise<ProcessSnapshot> {
    await pause(Math.max(0, this.#notBefore - performance.now()));
    this.#next = null;
    const beganAt = performance.now();
    const snapshot = new ProcessSnapshot(readEntries());
    this.#notBefore = performance.now() + 4 * (performance.now() - beganAt);
    return snapshot;
  }
}
