import type { ServiceId } from '../model/values/ids.ts';
import { LOG_STREAMS } from '../model/values/log-line.ts';
import { generationsOf, logPlaceOf } from './files.ts';
import type { LogContext } from './log-context.ts';

const ACTIVE_MS = 100;
const QUIET_MS = 1_000;
/** That many looks in a row without news, and the pause begins to grow. */
const PATIENCE = 20;

/** The output of a service as it was looked at. */
export interface Sight {
  /** Grows with every change that a look has noticed. */
  readonly version: number;
  /** Oldest first. */
  readonly generations: readonly number[];
}

interface Watched {
  followers: number;
  sight: Sight;
  signature: string;
  readonly waiters: Set<() => void>;
}

/**
 * One look at all followed services, ten times a second while anything is written and down to once a second when all is quiet;
 * no timer runs while nobody follows.
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

  /** Begins to follow a service; gives the way to end it. */
  watch(serviceId: ServiceId): () => void {
    const fresh = {
      followers: 0,
      sight: { version: 0, generations: [] },
      signature: '',
      waiters: new Set<() => void>(),
    };
    const watched: Watched = this.#watched.get(serviceId) ?? fresh;
    this.#watched.set(serviceId, watched);
    watched.followers += 1;
    // A new follower must not wait for a pause that was chosen when all was quiet.
    if (this.#quiet > 0) this.#disarm();
    this.#quiet = 0;
    this.#arm();
    return () => {
      watched.followers -= 1;
      if (watched.followers === 0 && this.#watched.get(serviceId) === watched) this.#watched.delete(serviceId);
      if (this.#watched.size === 0) this.#disarm();
    };
  }

  /** Looks at once. The service must be watched. */
  look(serviceId: ServiceId): Sight {
    const watched = this.#watched.get(serviceId);
    if (watched === undefined) return { version: 0, generations: [] };
    this.#refresh(serviceId, watched);
    return watched.sight;
  }

  /** Resolves true when there is news since `version`, false when it is over: aborted, or the logs are closed. */
  async changed(serviceId: ServiceId, version: number, signal: AbortSignal): Promise<boolean> {
    const watched = this.#watched.get(serviceId);
    if (watched === undefined || signal.aborted || this.#isClosed) return false;
    if (watched.sight.version === version) {
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
    return watched.sight.version !== version;
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
    watched.sight = { version: watched.sight.version + 1, generations };
    for (const wake of [...watched.waiters]) wake();
    return true;
  }

  #tick(): void {
    let isWoken = false;
    for (const [serviceId, watched] of this.#watched) {
      try {
        isWoken = this.#refresh(serviceId, watched) || isWoken;
      } catch (err) {
        this.#context.log.warn({ err, service_id: serviceId }, 'the output of a service cannot be looked at');
      }
    }
    this.#quiet = isWoken ? 0 : this.#quiet + 1;
    this.#timer = null;
    if (this.#watched.size > 0) this.#arm();
  }

  #arm(): void {
    if (this.#isClosed || this.#timer !== null) return;
    const pause = Math.min(QUIET_MS, ACTIVE_MS * Math.max(1, this.#quiet - PATIENCE + 1));
    this.#timer = setTimeout(() => {
      this.#tick();
    }, pause).unref();
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
