import { rmSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ServiceId } from '../model/values/ids.ts';
import { LOG_STREAMS, type LogBounds, type LogPolicy } from '../model/values/log-line.ts';
import { filesOf, KnownLaunches, storedLaunches, type StoredLaunch } from './files.ts';
import { removeForgotten } from './forgotten.ts';
import { launchKey, type LogContext } from './log-context.ts';
import { outputOf } from './outputs.ts';
import type { PlainTrim } from './plain/trim.ts';
import { TotalBound } from './total-bound.ts';

/** Interval after a sweep that released something: more will probably follow. */
const BUSY_MS = 1_000;
const EVERY_MS = 5_000;
/** Longest interval while no service writes plain files. */
const IDLE_MS = 20_000;
/** The same if there are none: then only launches that have ended can be deleted, and their logs are bounded. */
const RECORDS_IDLE_MS = 60_000;
/** For how long services are checked before other work gets its turn: one that has not been written to takes microseconds, one that has half a millisecond. */
const SLICE_MS = 4;
const FORGOTTEN_EVERY_MS = 6 * 3_600_000;
/** Finding out how much all output takes reads every folder. */
const TOTAL_EVERY_MS = 30_000;

/** The state of a service at the last sweep. */
interface Seen {
  readonly policy: LogPolicy;
  readonly newest: number;
  readonly form: StoredLaunch['form'];
  readonly ends: string;
  /** Whether the newest launch has ended. */
  readonly isOver: boolean;
}

type Outcome = 'quiet' | 'grown' | 'released';

/** Keeps the output of all services within their limits; only examines those whose newest launch has grown. */
export class Retention {
  readonly #context: LogContext;
  readonly #trim: PlainTrim;
  readonly #total: TotalBound;
  readonly #launches: KnownLaunches;
  readonly #bounds: () => LogBounds;
  #seen = new Map<ServiceId, Seen>();
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #pause = EVERY_MS;
  #isClosed = false;
  #lastForgottenCheck = -Infinity;
  #lastTotalCheck = -Infinity;

  constructor(context: LogContext, trim: PlainTrim, bounds: () => LogBounds) {
    this.#context = context;
    this.#trim = trim;
    this.#launches = new KnownLaunches(context.layout);
    this.#total = new TotalBound(context, this.#launches);
    this.#bounds = bounds;
  }

  /** The first sweep follows soon: an earlier host may have left work. */
  start(): void {
    this.#arm(BUSY_MS);
  }

  /** Sweeps once, after the sweeps requested before, and looks at everything. */
  sweep(): Promise<void> {
    return this.#next(true);
  }

  #next(isWhole: boolean): Promise<void> {
    const sweep = this.#running.then(() => this.#sweep(isWhole));
    this.#running = sweep.catch(() => undefined); // the caller gets the error
    return sweep;
  }

  async #sweep(isWhole: boolean): Promise<void> {
    const { services: policies, totalBytes } = this.#bounds();
    const seen = new Map<ServiceId, Seen>();
    let sum: Outcome = 'quiet';
    let turnBegan = performance.now();
    for (const policy of policies) {
      if (this.#isClosed) return;
      if (performance.now() - turnBegan >= SLICE_MS) {
        await nextTurn();
        turnBegan = performance.now();
      }
      const outcome = await this.#guarded(policy, seen);
      if (outcome === 'released' || sum === 'quiet') sum = outcome;
    }
    this.#seen = seen;
    this.#pause = sum === 'released' ? BUSY_MS : sum === 'grown' ? EVERY_MS : this.#quietPause();
    this.#forget(policies);
    await this.#boundTotal(totalBytes, isWhole);
  }

  #quietPause(): number {
    const hasPlain = [...this.#seen.values()].some(({ form }) => form === 'plain');
    return Math.min(hasPlain ? IDLE_MS : RECORDS_IDLE_MS, this.#pause * 2);
  }

  async #guarded(policy: LogPolicy, seen: Map<ServiceId, Seen>): Promise<Outcome> {
    const { serviceId } = policy;
    try {
      const before = this.#seen.get(serviceId);
      const now = this.#check(policy, before);
      seen.set(serviceId, now);
      if (
        before !== undefined &&
        now.ends === before.ends &&
        now.newest === before.newest &&
        now.isOver === before.isOver &&
        isSame(policy, before.policy)
      ) {
        return 'quiet';
      }
      const outcome = await this.#release(policy, before === undefined);
      // A reader may have held something back, so the next sweep examines it again even if nothing has grown.
      if (outcome === 'released') seen.delete(serviceId);
      return outcome;
    } catch (err) {
      this.#context.log.warn({ err, service_id: serviceId }, 'cannot limit the output of a service');
      return 'grown';
    }
  }

  #check(policy: LogPolicy, before: Seen | undefined): Seen {
    const { serviceId } = policy;
    const isSameLaunch = before?.policy.generation === policy.generation && isLookedAt(before);
    const isOver = this.#context.hasEnded(serviceId, Math.max(before?.newest ?? 0, policy.generation));
    if (isSameLaunch && before.form === 'records') return { ...before, policy, isOver };
    const newest = this.#launches.of(serviceId).at(-1);
    // The log of a launch with records is kept bounded by its shim.
    if (newest?.form !== 'plain') return { policy, newest: newest?.generation ?? 0, form: 'records', ends: '', isOver };
    const output = outputOf(this.#context, serviceId, newest);
    const ends = LOG_STREAMS.map((stream) => output.endOf(stream) ?? 0).join();
    return { policy, newest: newest.generation, form: 'plain', ends, isOver };
  }

  async #release(policy: LogPolicy, isFirstCheck: boolean): Promise<Outcome> {
    const { serviceId, keep, kept } = policy;
    const launches = storedLaunches(this.#context.layout, serviceId);
    const readFrom = this.#readFrom(serviceId, launches);
    // Of the launches of a service only the newest can be live.
    const newest = launches.at(-1)?.generation ?? 0;
    const ended = this.#context.hasEnded(serviceId, newest) ? launches : launches.slice(0, -1);
    const old = ended.slice(0, Math.max(0, ended.length - Math.max(1, keep)));
    const beyond = old.filter(({ generation }) => !kept.includes(generation));
    this.#delete(serviceId, beyond, readFrom);
    const plain = launches.filter((launch) => launch.form === 'plain' && !beyond.includes(launch));
    const given = await this.#trim.trim(policy, plain, readFrom, isFirstCheck);
    this.#delete(serviceId, given.launches, readFrom);
    return beyond.length + given.launches.length + given.trimmed > 0 ? 'released' : 'grown';
  }

  /**
   * The oldest launch that is being read; its reader still needs it and all later ones. Infinity: there is no reader.
   */
  #readFrom(serviceId: ServiceId, launches: readonly StoredLaunch[]): number {
    const { activeReaders } = this.#context;
    const isRead = ({ generation }: StoredLaunch): boolean =>
      activeReaders.slowest(launchKey(serviceId, generation)) !== Infinity;
    return launches.find(isRead)?.generation ?? Infinity;
  }

  #delete(serviceId: ServiceId, launches: readonly StoredLaunch[], readFrom: number): void {
    const { layout, releasedOffsets } = this.#context;
    for (const { generation } of launches) {
      if (generation >= readFrom) continue;
      const files = filesOf(layout, serviceId, generation);
      for (const file of files) rmSync(file, { force: true });
      releasedOffsets.forget(files);
    }
  }

  /** Reading a launch holds it back; a later sweep deletes it. */
  async #boundTotal(totalBytes: number, isWhole: boolean): Promise<void> {
    if (this.#isClosed || (!isWhole && performance.now() - this.#lastTotalCheck < TOTAL_EVERY_MS)) return;
    this.#lastTotalCheck = performance.now();
    const beyond = await this.#total.beyond(totalBytes);
    for (const launch of beyond) {
      const launches = storedLaunches(this.#context.layout, launch.serviceId);
      this.#delete(launch.serviceId, [launch], this.#readFrom(launch.serviceId, launches));
    }
    if (beyond.length > 0)
      this.#context.log.info({ launches: beyond.length, totalBytes }, 'deleted output beyond the limit of all output');
  }

  #forget(policies: readonly LogPolicy[]): void {
    if (performance.now() - this.#lastForgottenCheck < FORGOTTEN_EVERY_MS) return;
    this.#lastForgottenCheck = performance.now();
    const removed = removeForgotten(
      this.#context.layout,
      new Set(policies.map(({ serviceId }) => serviceId)),
      Date.now(),
    );
    if (removed.length > 0)
      this.#context.log.info({ services: removed }, 'removed the output of services that no longer exist');
  }

  #arm(pause: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      void this.#next(false)
        .catch((err: unknown) => {
          this.#context.log.warn({ err }, 'the sweep of service output failed');
        })
        .then(() => {
          this.#arm(this.#pause);
        });
    }, pause).unref();
  }

  /** Resolves when the sweep in progress has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }
}

/**
 * Whether the form of the newest launch is known. A launch with plain files has them before its process runs; one that runs without any
 * files will write records, if it ever writes.
 */
function isLookedAt({ newest, policy }: Seen): boolean {
  return newest >= policy.generation || policy.isLaunched;
}

function isSame(a: LogPolicy, b: LogPolicy): boolean {
  return (
    a.generation === b.generation && a.maxBytes === b.maxBytes && a.keep === b.keep && a.kept.join() === b.kept.join()
  );
}
