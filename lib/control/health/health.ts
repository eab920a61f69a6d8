import type { LaunchFailure } from '../../model/process.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { Instant } from '../../model/values/time.ts';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { RetryingWriter } from '../../ports/retrying-writer.ts';
import type { StoreWrite, StoreWriter } from '../../ports/store-writes.ts';

/**
 * Who writes to the store: the recorder, commands, the launch ledger, the quarantine, and the probe of an unavailable
 * store.
 */
export type HealthWriter = StoreWriter | 'probe';

/** How to check whether the store is available again, and whom to notify. */
export interface StoreWatch {
  readonly probe: () => Promise<void>;
  readonly onBack: () => void;
  readonly timers: Timers;
}

/** Why the host is degraded, as a sentence, and when that was first seen. */
export interface HealthCause {
  readonly reason: string;
  readonly since: Instant;
}

const FIRST_PROBE_MS = 500;
const SLOWEST_PROBE_MS = 5_000;
/** A health query probes a degraded store itself, but at most this often. */
const MIN_PROBE_INTERVAL_MS = 1_000;
/** The interval of checks for a change of the health. */
const CHECK_MS = 1_000;

/**
 * Collects the reasons why the host is degraded, as sentences. Whoever meets a failure reports it here, and reports
 * when it is over. A failing store is also probed, so that a host with nothing to write becomes healthy again.
 */
export class Health {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #writers = new Map<HealthWriter, string>();
  readonly #launches = new Map<ServiceId | `program ${string}`, LaunchFailure>();
  readonly #sources: { readonly problems: () => readonly string[]; readonly areObstacles: boolean }[] = [];
  /** When each cause that exists now was first seen, by kind. */
  readonly #since = new Map<string, Instant>();
  /** Checks whether the store is available again; null: not set up. */
  #prober: RetryingWriter | null = null;
  #probedAt = 0;
  /** The causes that were logged last, by kind. */
  #logged: ReadonlyMap<string, string> = new Map();
  /** Gets the reasons of a host that has become degraded, and none when it is healthy again. */
  onStatus: (reasons: readonly string[]) => void = () => undefined;
  #wasHealthy = true;
  #nextCheck: unknown = null;
  #stopChecks: () => void = () => undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Each cause with the time when it was first seen; empty if the host is healthy. Probes a failing store, at most once
   * a second.
   */
  causes(): readonly HealthCause[] {
    const reasons = this.reasons();
    this.#noteSince(reasons);
    return reasons.map((reason) => ({ reason, since: this.#since.get(kindOf(reason)) ?? this.#clock.now() }));
  }

  /** One sentence per cause; empty if the host is healthy. Probes a failing store, at most once a second. */
  reasons(): readonly string[] {
    const reasons = this.#all();
    const isDue = Math.abs(this.#clock.now() - this.#probedAt) >= MIN_PROBE_INTERVAL_MS;
    if (this.#writers.size > 0 && isDue) void this.#prober?.writeNow();
    return reasons;
  }

  #all(): readonly string[] {
    return [...new Set([...this.#causes(), ...this.#writers.values()])];
  }

  #noteSince(reasons: readonly string[]): void {
    const kinds = new Set(reasons.map(kindOf));
    for (const kind of this.#since.keys()) if (!kinds.has(kind)) this.#since.delete(kind);
    for (const kind of kinds) if (!this.#since.has(kind)) this.#since.set(kind, this.#clock.now());
  }

  /** All reasons but those of the store. */
  #causes(): readonly string[] {
    const others = this.#sources.flatMap(({ problems }) => problems());
    return [...launchReasons([...this.#launches.values()]), ...others];
  }

  /** Why no command can be saved now, in sentences; empty if one can. */
  obstacles(): readonly string[] {
    const others = this.#sources.filter(({ areObstacles }) => areObstacles).flatMap(({ problems }) => problems());
    return [...new Set([...others, ...this.#writers.values()])];
  }

  /** Reports the result of a write. */
  storeWrote({ writer, error }: Pick<StoreWrite, 'writer' | 'error'>): void {
    if (error === null) this.storeWritten(writer);
    else this.storeFailed(writer, error.message);
  }

  /** Reports a failed write; `reason` is a sentence. */
  storeFailed(writer: HealthWriter, reason: string): void {
    if (this.#writers.size === 0)
      this.#log.error({ writer, reason }, 'the store cannot be written; the host is degraded');
    this.#writers.set(writer, reason);
    this.#prober?.writeLater();
  }

  /** Reports a successful write. */
  storeWritten(writer: HealthWriter): void {
    if (!this.#writers.delete(writer) || this.#writers.size > 0) return;
    this.#prober?.reset();
    this.#log.info({ writer }, 'the store is writable again');
  }

  /**
   * Reports that a launch, or the search for its executable, failed because this machine or this host lacks something.
   */
  launchFailed(subject: ServiceId | `program ${string}`, failure: LaunchFailure): void {
    this.#launches.set(subject, failure);
  }

  /** Reports that the service was launched or no longer needs to be, or that the executable was searched for. */
  launchSettled(subject: ServiceId | `program ${string}`): void {
    this.#launches.delete(subject);
  }

  /** Includes these reasons from now on: what the process host cannot inspect, files that have become unusable. */
  include(problems: () => readonly string[], { areObstacles = false } = {}): void {
    this.#sources.push({ problems, areObstacles });
  }

  /** Starts probing the store whenever it fails. */
  watchStore({ probe, onBack, timers }: StoreWatch): void {
    this.#prober = new RetryingWriter({
      write: () => {
        this.#probedAt = this.#clock.now();
        return probe();
      },
      onWritten: () => {
        // The recorder and the quarantine still have something to write and report their own success; the others do
        // not.
        for (const writer of ['command', 'ledger', 'probe'] as const) this.storeWritten(writer);
        onBack();
      },
      onFailed: (error) => {
        this.storeFailed('probe', error instanceof Error ? error.message : String(error));
      },
      ...{ firstMs: FIRST_PROBE_MS, slowestMs: SLOWEST_PROBE_MS, timers },
    });
    if (this.#writers.size > 0) this.#prober.writeLater();
  }

  /**
   * Checks once a second from now on which causes there are, and logs and reports when the host becomes degraded or healthy; failures of
   * the store are logged when they happen.
   */
  logChanges(timers: Timers): void {
    const later = (): void => {
      this.#nextCheck = timers.setTimeout(() => {
        this.#logChange();
        later();
      }, CHECK_MS);
    };
    this.#stopChecks = () => {
      timers.clearTimeout(this.#nextCheck);
    };
    this.#logChange();
    later();
  }

  #logChange(): void {
    const reasons = this.#all();
    this.#noteSince(reasons);
    const isHealthy = reasons.length === 0;
    if (isHealthy !== this.#wasHealthy) this.onStatus(reasons);
    this.#wasHealthy = isHealthy;
    const causes = isHealthy ? [] : this.#causes();
    if (causes.length === 0 && this.#logged.size === 0) return;
    const now = new Map(causes.map((cause) => [kindOf(cause), cause]));
    for (const [kind, cause] of now) if (!this.#logged.has(kind)) this.#log.warn({ cause }, 'the host is degraded');
    const over = [...this.#logged].filter(([kind]) => !now.has(kind));
    const message = now.size === 0 ? 'the host is healthy again' : 'a cause of the degraded health is resolved';
    for (const [, cause] of over) this.#log.warn({ cause }, message);
    this.#logged = now;
  }

  /** Stops probing and logging. */
  close(): void {
    this.#prober?.close();
    this.#stopChecks();
  }
}

/** A cause whose numbers change (how many services, for how long) is the same cause. */
function kindOf(cause: string): string {
  return cause.replaceAll(/\d+/g, '#');
}

/** A thousand services affected by the same problem are one reason. */
function launchReasons(failures: readonly LaunchFailure[]): readonly string[] {
  const byCode = new Map<string, { readonly message: string; count: number }>();
  for (const { code, message } of failures) {
    const known = byCode.get(code);
    if (known === undefined) byCode.set(code, { message, count: 1 });
    else known.count += 1;
  }
  return [...byCode.values()].map(({ message, count }) =>
    count === 1 ? message : `${message} ${count - 1} more ${count === 2 ? 'is' : 'are'} affected.`,
  );
}
