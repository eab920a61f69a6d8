import { readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { statFields, statOf } from '../os/process-identity.ts';
import { tagOf, type TableEntry, type TreeTags } from '../os/process-table.ts';

/** A process, alive or not yet reaped, with its resource usage. */
export interface UsageEntry extends TableEntry {
  /** Processor time of all its threads, in ticks. */
  readonly ticks: number;
  /** The processor time of its reaped children, and of theirs. */
  readonly reapedTicks: number;
  /** The resident set. */
  readonly pages: number;
}

/**
 * How many processes are read per turn of the event loop: a few milliseconds, so that requests are not delayed for
 * long.
 */
const SLICE = 32;

interface KnownTag {
  readonly start: string;
  readonly tag: string | null;
}

/**
 * Reads all processes in slices. The tag of each process is read once: it has it from its start, and a process that
 * clears it with exec is still recognized by the first reading. Those of main processes and shims are known from their
 * trees: to read the environments of two thousand processes takes a fifth of a second.
 */
export class UsageTable {
  readonly #trees: () => Iterable<TreeTags>;
  readonly #tagOf: typeof tagOf;
  #tags = new Map<number, KnownTag>();

  /** `trees` are those that are supervised. */
  constructor(trees: () => Iterable<TreeTags>, readTag = tagOf) {
    this.#trees = trees;
    this.#tagOf = readTag;
  }

  async read(): Promise<readonly UsageEntry[]> {
    const names = await readdir('/proc');
    const supervised = tagsOf(this.#trees());
    const entries: UsageEntry[] = [];
    const tags = new Map<number, KnownTag>();
    for (const [index, name] of names.entries()) {
      if (index % SLICE === SLICE - 1) await nextTurn();
      const pid = Number(name);
      const entry = Number.isInteger(pid) ? this.#entryOf(pid, supervised) : null;
      if (entry === null) continue;
      entries.push(entry);
      tags.set(pid, entry);
    }
    this.#tags = tags; // forgets processes that are gone
    return entries;
  }

  #entryOf(pid: number, supervised: ReadonlyMap<number, KnownTag>): UsageEntry | null {
    const fields = statFields(pid);
    const stat = fields === null ? null : statOf(pid, fields);
    if (fields === null || stat === null) return null;
    const known = [this.#tags.get(pid), supervised.get(pid)].find((one) => one?.start === stat.start);
    const tag = known === undefined ? this.#tagOf(pid) : known.tag;
    const { pages, ...times } = usageOf(fields);
    // Without its main thread a process shows no memory of its own; its other threads show it.
    return { ...stat, tag, ...times, pages: fields[0] === 'Z' && !stat.isDead ? pagesOfThreads(pid) : pages };
  }
}

/** What is known of supervised processes, by pid. A shim needs no tag: its tree knows it by its identity. */
function tagsOf(trees: Iterable<TreeTags>): ReadonlyMap<number, KnownTag> {
  const tags = new Map<number, KnownTag>();
  for (const { launchId, main, shim } of trees) {
    tags.set(shim.pid, { start: shim.start, tag: null });
    if (main !== null) tags.set(main.pid, { start: main.start, tag: launchId });
  }
  return tags;
}

function pagesOfThreads(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map(Number);
    return Math.max(0, ...threads.map((thread) => usageOf(statFields(thread) ?? []).pages));
  } catch {
    return 0; // it has ended in the meantime
  }
}

/** Fields 14 to 17 and 24 of proc_pid_stat(5), counted from the third. */
function usageOf(fields: readonly string[]): Pick<UsageEntry, 'ticks' | 'reapedTicks' | 'pages'> {
  const field = (index: number): number => Number(fields[index] ?? 0);
  return { ticks: field(11) + field(12), reapedTicks: field(13) + field(14), pages: field(21) };
}
