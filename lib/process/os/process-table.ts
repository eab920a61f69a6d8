import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { LAUNCH_TAG } from '../../model/environment.ts';
import { environmentOf } from './process-environment.ts';
import { procStat, psStats, type Identity, type ProcessStat } from './process-identity.ts';

/** One live process of the table. */
export interface TableEntry extends ProcessStat {
  /** The launch in its tag; null if it has no tag or its environment is unreadable. */
  readonly tag: string | null;
}

/** How a tree is recognized from outside. */
export interface TreeTags {
  readonly launchId: string;
  readonly main: Identity | null;
  readonly shim: Identity;
  /**
   * Children of a shell shim other than the main process are tools, such as the `mv` that publishes the exit record;
   * they must not be killed.
   */
  readonly isShimShell: boolean;
}

/** All live processes at one moment. */
export class ProcessSnapshot {
  readonly #byPid = new Map<number, TableEntry>();
  readonly #byParent = new Map<number, TableEntry[]>();
  readonly #byGroup = new Map<number, TableEntry[]>();
  readonly #bySession = new Map<number, TableEntry[]>();
  readonly #byTag = new Map<string, TableEntry[]>();

  constructor(entries: readonly TableEntry[]) {
    for (const entry of entries) {
      if (entry.pid === process.pid) continue; // the host is not part of a tree, whatever its environment
      this.#byPid.set(entry.pid, entry);
      file(this.#byParent, entry.parent, entry);
      file(this.#byGroup, entry.group, entry);
      file(this.#bySession, entry.session, entry);
      if (entry.tag !== null) file(this.#byTag, entry.tag, entry);
    }
  }

  /**
   * The processes of a tree without its shim: those with its tag, the children of its shim while that is alive, the
   * group and session of its main process while that is alive, those of `proven` that are still alive, and all
   * descendants of these. The group of a dead leader proves nothing: a process that got its pid may lead one too. So a
   * process that cleared its environment escapes unless it was seen before its leader and its parents were gone.
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

  /** What a shell forked in addition to its main process. */
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

/** The launch in the tag of a process; null if it has no tag or its environment is unreadable. */
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

/** A reading that stood still for seconds, as on a busy disk, must not keep stops waiting for four times as long. */
const LONGEST_PAUSE_MS = 1_000;

/**
 * Lists all processes, at about 20 µs each. Callers share a reading that has not begun yet, and the next one begins
 * only after a pause of four times the length of the last one, at most 1 s, so that it takes about a fifth of the time.
 */
export class ProcessTable {
  readonly #read: () => readonly TableEntry[];
  #next: Promise<ProcessSnapshot> | null = null;
  #notBefore = 0;

  constructor(readAll = readEntries) {
    this.#read = readAll;
  }

  read(): Promise<ProcessSnapshot> {
    this.#next ??= this.#readSoon();
    return this.#next;
  }

  async #readSoon(): Promise<ProcessSnapshot> {
    await pause(Math.max(0, this.#notBefore - performance.now()));
    this.#next = null;
    const beganAt = performance.now();
    const snapshot = new ProcessSnapshot(this.#read());
    const endedAt = performance.now();
    this.#notBefore = endedAt + Math.min(4 * (endedAt - beganAt), LONGEST_PAUSE_MS);
    return snapshot;
  }
}
