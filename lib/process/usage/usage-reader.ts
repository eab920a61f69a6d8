import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ProcessUsage, TreeUsage, UsageReading } from '../../ports/process-usage.ts';
import { ProcessSnapshot, type TreeTags } from '../os/process-table.ts';
import { machineUnits, type Units } from './units.ts';
import { UsageTable, type UsageEntry } from './usage-table.ts';

/** The minimum time between two readings, regardless of the number of callers. */
const FRESH_MS = 1_000;

/** How many trees are added up per turn of the event loop. */
const SLICE = 128;

/** A supervised tree. */
export interface UsedTree extends TreeTags {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
}

export interface UsageReaderOptions {
  /** Every tree that may have a process. */
  readonly trees: () => Iterable<UsedTree>;
  /** Reads all current processes. */
  readonly read: () => Promise<readonly UsageEntry[]>;
  readonly units: Units;
  readonly clock: Clock;
  /** A monotonic clock in milliseconds. Default: that of this process. */
  readonly steadyNow?: () => number;
}

/** The processor time of one launch at a reading. */
interface LaunchCpu {
  readonly serviceId: ServiceId;
  readonly launchId: LaunchId;
  readonly cpuSeconds: number;
}

/**
 * Adds up the processor time of services over their launches. The visible time of a tree may fall: a child ends during
 * the reading, so that neither it nor its parent shows its time, or its parent never waits for it. The total then stays
 * constant until the tree exceeds its previous maximum; it never falls, and counts nothing twice.
 */
class CpuAccounts {
  readonly #totals = new Map<ServiceId, number>();
  #tags = new Map<LaunchId, number>();

  /** Adds a reading of all supervised launches, and returns the totals of their services. */
  enter(launches: readonly LaunchCpu[]): ReadonlyMap<ServiceId, number> {
    const tags = new Map<LaunchId, number>();
    const totals = new Map<ServiceId, number>();
    for (const { serviceId, launchId, cpuSeconds } of launches) {
      const tag = this.#tags.get(launchId) ?? 0; // a new launch is counted from its start
      const total = (this.#totals.get(serviceId) ?? 0) + Math.max(0, cpuSeconds - tag);
      tags.set(launchId, Math.max(tag, cpuSeconds));
      this.#totals.set(serviceId, total);
      totals.set(serviceId, total);
    }
    this.#tags = tags;
    return totals;
  }
}

/** The resource usage of a tree at one moment. */
interface TreeSum extends LaunchCpu {
  readonly residentBytes: number;
  /** Also 0 for a short time before the end of the tree is known. */
  readonly processes: number;
}

interface Previous {
  readonly reading: UsageReading;
  readonly takenAt: number;
}

/** Adds up the resource usage of the trees of services. */
export class UsageReader implements ProcessUsage {
  readonly #options: UsageReaderOptions;
  readonly #steadyNow: () => number;
  readonly #accounts = new CpuAccounts();
  #previous: Previous | null = null;
  #reading: Promise<UsageReading> | null = null;

  constructor(options: UsageReaderOptions) {
    this.#options = options;
    this.#steadyNow = options.steadyNow ?? (() => performance.now());
  }

  read(): Promise<UsageReading> {
    if (this.#reading !== null) return this.#reading;
    const previous = this.#previous;
    if (previous !== null && this.#steadyNow() - previous.takenAt < FRESH_MS) return Promise.resolve(previous.reading);
    this.#reading = this.#readNow(previous).finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #readNow(previous: Previous | null): Promise<UsageReading> {
    const takenAt = this.#steadyNow();
    const at = this.#options.clock.now();
    const sums = await this.#sums(await this.#options.read());
    const totals = this.#accounts.enter(sums);
    const seconds = previous === null ? 0 : (takenAt - previous.takenAt) / 1_000;
    const services = new Map<ServiceId, TreeUsage>();
    for (const { serviceId, residentBytes, processes } of sums) {
      if (processes === 0) continue;
      const cpuSeconds = totals.get(serviceId) ?? 0;
      const before = previous?.reading.services.get(serviceId);
      const cores = before === undefined || seconds === 0 ? null : (cpuSeconds - before.cpuSeconds) / seconds;
      const other = services.get(serviceId); // remains of an earlier launch belong to the service too
      services.set(serviceId, {
        cpuSeconds,
        cores,
        residentBytes: residentBytes + (other?.residentBytes ?? 0),
        processes: processes + (other?.processes ?? 0),
      });
    }
    const reading = { at, services };
    this.#previous = { reading, takenAt };
    return reading;
  }

  async #sums(entries: readonly UsageEntry[]): Promise<readonly TreeSum[]> {
    const byPid = new Map(entries.map((entry) => [entry.pid, entry]));
    const snapshot = new ProcessSnapshot(entries);
    const sums: TreeSum[] = [];
    for (const tree of this.#options.trees()) {
      if (sums.length % SLICE === SLICE - 1) await nextTurn();
      sums.push(this.#sumOf(tree, snapshot, byPid));
    }
    return sums;
  }

  #sumOf(tree: UsedTree, snapshot: ProcessSnapshot, byPid: ReadonlyMap<number, UsageEntry>): TreeSum {
    const { launchId, serviceId, shim } = tree;
    const { ticksPerSecond, pageBytes } = this.#options.units;
    const shimEntry = byPid.get(shim.pid);
    // The shim has the time of the processes that it reaped.
    let ticks = shimEntry?.start === shim.start ? shimEntry.reapedTicks : 0;
    let pages = 0;
    let processes = 0;
    for (const { pid } of snapshot.membersOf(tree)) {
      const entry = byPid.get(pid);
      if (entry === undefined) continue;
      ticks += entry.ticks + entry.reapedTicks;
      pages += entry.pages;
      if (!entry.isDead) processes += 1;
    }
    return { launchId, serviceId, cpuSeconds: ticks / ticksPerSecond, residentBytes: pages * pageBytes, processes };
  }
}

/** The resource usage of these trees, if the system provides it. */
export function usageOf(trees: () => Iterable<UsedTree>, clock: Clock): ProcessUsage {
  if (process.platform !== 'linux') return { read: () => Promise.resolve(null) };
  const table = new UsageTable(trees);
  return new UsageReader({ trees, read: () => table.read(), units: machineUnits(), clock });
}
