import type { ServiceId } from '../model/values/ids.ts';
import { LOG_STREAMS } from '../model/values/log-line.ts';
import { generationsOf, logPlaceOf } from './files.ts';
import type { LogContext } from './log-context.ts';

const ACTIVE_MS = 100;
const QUIET_MS = 1_000;
/** After this many checks in a row without a change, the interval starts to grow. */
const QUIET_CHECKS = 20;

/** The output of a service at the last check. */
export interface OutputState {
  /** Increases with every change that a check notices. */
  readonly version: number;
  /** Oldest first. */
  readonly generations: readonly number[];
}

interface Watched {
  followers: number;
  state: OutputState;
  signature: string;
  readonly waiters: Set<() => void>;
}

/**
 * Checks all followed services together, ten times a second while any of them writes, and down to once a second while
 * all are quiet. No timer runs if nothing is followed.
 */
export class Poller {
  readonly #context: LogContext;
  readonly #watched = new Map<ServiceId, Watched>();
  #timer: NodeJS.Timeout | null = null;
  #quiet = 0;
  #isClosed = false;

  constructor(context: LogContext) {
    this.#context = context;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Starts to watch a service; returns a function that ends it. */
  watch(serviceId: ServiceId): () => void {
    const fresh = {
      followers: 0,
      state: { version: 0, generations: [] },
      signature: '',
      waiters: new Set<() => void>(),
    };
    const watched: Watched = this.#watched.get(serviceId) ?? fresh;
    this.#watched.set(serviceId, watched);
    watched.followers += 1;
    // A new follower must not wait for an interval that grew while all was quiet.
    if (this.#quiet > 0) this.#disarm();
    this.#quiet = 0;
    this.#arm();
    return () => {
      watched.followers -= 1;
      if (watched.followers === 0 && this.#watched.get(serviceId) === watched) this.#watched.delete(serviceId);
      if (this.#watched.size === 0) this.#disarm();
    };
  }

  /** Checks a service now. It must be watched. */
  check(serviceId: ServiceId): OutputState {
    const watched = this.#watched.get(serviceId);
    if (watched === undefined) return { version: 0, generations: [] };
    this.#refresh(serviceId, watched);
    return watched.state;
  }

  /** Resolves true if something changed since `version`; false if the signal was aborted or the logs were closed. */
  async changed(serviceId: ServiceId, version: number, signal: AbortSignal): Promise<boolean> {
    const watched = this.#watched.get(serviceId);
    if (watched === undefined || signal.aborted || this.#isClosed) return false;
    if (watched.state.version === version) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          watched.waiters.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        watched.waiters.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
    return watched.state.version !== version;
  }

  /** Ends every wait. */
  close(): void {
    this.#isClosed = true;
    this.#disarm();
    for (const { waiters } of this.#watched.values()) for (const wake of [...waiters]) wake();
  }

  #refresh(serviceId: ServiceId, watched: Watched): boolean {
    const { layout, releasedOffsets, hasEnded } = this.#context;
    const generations = generationsOf(layout, serviceId);
    const newest = generations.at(-1) ?? 0;
    const ends = LOG_STREAMS.map(
      (stream) => releasedOffsets.endOf(logPlaceOf(layout, serviceId, newest, stream).file) ?? 0,
    );
    const signature = `${generations.join()}|${ends.join()}|${String(hasEnded(serviceId, newest))}`;
    if (signature === watched.signature) return false;
    watched.signature = signature;
    watched.state = { version: watched.state.version + 1, generations };
    for (const wake of [...watched.waiters]) wake();
    return true;
  }

  #tick(): void {
    let hasChanged = false;
    for (const [serviceId, watched] of this.#watched) {
      try {
        hasChanged = this.#refresh(serviceId, watched) || hasChanged;
      } catch (err) {
        this.#context.log.warn({ err, service_id: serviceId }, 'cannot check the output of a service');
      }
    }
    this.#quiet = hasChanged ? 0 : this.#quiet + 1;
    this.#timer = null;
    if (this.#watched.size > 0) this.#arm();
  }

  #arm(): void {
    if (this.#isClosed || this.#timer !== null) return;
    const pause = Math.min(QUIET_MS, ACTIVE_MS * Math.max(1, this.#quiet - QUIET_CHECKS + 1));
    this.#timer = setTimeout(() => {
      this.#tick();
    }, pause).unref();
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
