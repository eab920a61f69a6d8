import { rmSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { planRelease, type LaunchBytes } from '../model/policy/log-retention.ts';
import type { ServiceId } from '../model/values/ids.ts';
import { LOG_STREAMS, type LogPolicy, type LogStream } from '../model/values/log-line.ts';
import { filesOf, generationsOf, logPlaceOf } from './files.ts';
import { removeForgotten } from './forgotten.ts';
import type { LogContext } from './log-context.ts';
import type { Releaser } from './release.ts';

/** Interval after a sweep that released something: more will probably follow. */
const BUSY_MS = 1_000;
const EVERY_MS = 5_000;
/** Longest interval while no service writes. */
const IDLE_MS = 20_000;
/** Services to check before yielding to other work: about a millisecond. */
const SLICE = 100;
const FORGOTTEN_EVERY_MS = 6 * 3_600_000;

/** The state of a service at the last sweep. */
interface Seen {
  readonly policy: LogPolicy;
  readonly newest: number;
  readonly ends: string;
}

type Outcome = 'quiet' | 'grown' | 'released';

/** Keeps the output of all services within their limits; only examines those whose newest launch has grown. */
export class Retention {
  readonly #context: LogContext;
  readonly #releaser: Releaser;
  readonly #policies: () => readonly LogPolicy[];
  #seen = new Map<ServiceId, Seen>();
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #pause = EVERY_MS;
  #isClosed = false;
  #lastForgottenCheck = -Infinity;

  constructor(context: LogContext, releaser: Releaser, policies: () => readonly LogPolicy[]) {
    this.#context = context;
    this.#releaser = releaser;
    this.#policies = policies;
  }

  /** The first sweep follows soon: an earlier host may have left work. */
  start(): void {
    this.#arm(BUSY_MS);
  }

  /** Sweeps once, after the sweeps requested before. */
  sweep(): Promise<void> {
    const sweep = this.#running.then(() => this.#sweep());
    this.#running = sweep.catch(() => undefined); // the caller gets the error
    return sweep;
  }

  async #sweep(): Promise<void> {
    const policies = this.#policies();
    const seen = new Map<ServiceId, Seen>();
    let sum: Outcome = 'quiet';
    for (const [index, policy] of policies.entries()) {
      if (this.#isClosed) return;
      if (index % SLICE === SLICE - 1) await nextTurn();
      const outcome = await this.#guarded(policy, seen);
      if (outcome === 'released' || sum === 'quiet') sum = outcome;
    }
    this.#seen = seen;
    this.#pause = sum === 'released' ? BUSY_MS : sum === 'grown' ? EVERY_MS : Math.min(IDLE_MS, this.#pause * 2);
    this.#forget(policies);
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
    const { layout, releasedOffsets } = this.#context;
    const { serviceId } = policy;
    const isSameLaunch = before?.policy.generation === policy.generation && before.newest >= policy.generation;
    const newest = isSameLaunch ? before.newest : (generationsOf(layout, serviceId).at(-1) ?? 0);
    const ends = LOG_STREAMS.map(
      (stream) => releasedOffsets.endOf(logPlaceOf(layout, serviceId, newest, stream).file) ?? 0,
    );
    return { policy, newest, ends: ends.join() };
  }

  async #release({ serviceId, maxBytes, keep }: LogPolicy, isFirstCheck: boolean): Promise<Outcome> {
    const { layout, releasedOffsets, activeReaders } = this.#context;
    const launches = generationsOf(layout, serviceId).map((generation): LaunchBytes => {
      const bytesOf = (stream: LogStream): number => {
        const { file } = logPlaceOf(layout, serviceId, generation, stream);
        const end = releasedOffsets.endOf(file);
        return end === null ? 0 : end - releasedOffsets.of(file).head;
      };
      return { generation, bytes: { stdout: bytesOf('stdout'), stderr: bytesOf('stderr') } };
    });
    const plan = planRelease(launches, maxBytes, keep);
    const readFrom = this.#readFrom(serviceId, launches);
    for (const generation of plan.launches) if (generation < readFrom) this.#delete(serviceId, generation);
    for (const { generation, stream, bytes } of plan.releasedOffsets) {
      const { file } = logPlaceOf(layout, serviceId, generation, stream);
      const { head } = releasedOffsets.of(file);
      const target = head + bytes;
      // What a slow reader still needs is kept, but at most `maxBytes` beyond the limit.
      const unread = generation > readFrom ? head : activeReaders.slowest(file);
      await this.#releaser.release(file, Math.min(target, Math.max(unread, target - maxBytes)));
    }
    if (isFirstCheck) await this.#repeat(serviceId, launches);
    return plan.releasedOffsets.length + plan.launches.length > 0 ? 'released' : 'grown';
  }

  async #repeat(serviceId: ServiceId, launches: readonly LaunchBytes[]): Promise<void> {
    for (const { generation } of launches) {
      for (const stream of LOG_STREAMS) {
        await this.#releaser.repeat(logPlaceOf(this.#context.layout, serviceId, generation, stream).file);
      }
    }
  }

  /**
   * The oldest launch that is being read; its reader still needs it and all later ones. Infinity: there is no reader.
   */
  #readFrom(serviceId: ServiceId, launches: readonly LaunchBytes[]): number {
    const { layout, activeReaders } = this.#context;
    const isRead = ({ generation }: LaunchBytes): boolean =>
      filesOf(layout, serviceId, generation).some((file) => activeReaders.slowest(file) !== Infinity);
    return launches.find(isRead)?.generation ?? Infinity;
  }

  #delete(serviceId: ServiceId, generation: number): void {
    const { layout, releasedOffsets } = this.#context;
    const files = filesOf(layout, serviceId, generation);
    for (const file of files) rmSync(file, { force: true });
    releasedOffsets.forget(files);
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
      void this.sweep()
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

function isSame(a: LogPolicy, b: LogPolicy): boolean {
  return a.generation === b.generation && a.maxBytes === b.maxBytes && a.keep === b.keep;
}
