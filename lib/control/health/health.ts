import type { LaunchFailure } from '../../model/process.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { RetryingWriter } from '../../ports/retrying-writer.ts';
import type { StoreWrite, StoreWriter } from '../../ports/store-writes.ts';

/** Who writes to the store: the recorder, commands, the launch ledger, the quarantine, and the look whether it is back. */
export type HealthWriter = StoreWriter | 'probe';

/** How the store is asked whether it is back, and who is told when it is. */
export interface StoreWatch {
  readonly probe: () => Promise<void>;
  readonly onBack: () => void;
  readonly timers: Timers;
}

const FIRST_PROBE_MS = 500;
const SLOWEST_PROBE_MS = 5_000;
/** A health check looks at a degraded store itself, but not more often than this. */
const LEAST_BETWEEN_PROBES_MS = 1_000;

/**
 * What keeps the host from its full work, in sentences. Whoever meets a failure reports it here, and reports when it is over; a
 * store in trouble is also probed, so that a host without work to write becomes healthy again.
 */
export class Health {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #writers = new Map<HealthWriter, string>();
  readonly #launches = new Map<ServiceId | `program ${string}`, LaunchFailure>();
  readonly #lasting: string[] = [];
  readonly #troubles: { readonly in: () => readonly string[]; readonly areObstacles: boolean }[] = [];
  /** Looks whether the store is back; null: nobody has said how. */
  #prober: RetryingWriter | null = null;
  #probedAt = 0;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** One sentence for each cause; empty when all is well. Looks at a store in trouble by itself, at most once a second. */
  reasons(): readonly string[] {
    const reasons = [
      ...this.#lasting,
      ...launchReasons([...this.#launches.values()]),
      ...new Set([...this.#troubles.flatMap((troubles) => troubles.in()), ...this.#writers.values()]),
    ];
    const isDue = Math.abs(this.#clock.now() - this.#probedAt) >= LEAST_BETWEEN_PROBES_MS;
    if (this.#writers.size > 0 && isDue) void this.#prober?.writeNow();
    return reasons;
  }

  /** Why no command can be made durable now, in sentences; empty when one can. */
  obstacles(): readonly string[] {
    const others = this.#troubles.filter(({ areObstacles }) => areObstacles).flatMap((troubles) => troubles.in());
    return [...new Set([...others, ...this.#writers.values()])];
  }

  /** Something that stays true for as long as this host lives. */
  remark(reason: string): void {
    this.#lasting.push(reason);
  }

  /** A write went through, or failed. */
  storeWrote({ writer, error }: Pick<StoreWrite, 'writer' | 'error'>): void {
    if (error === null) this.storeWritten(writer);
    else this.storeFailed(writer, error.message);
  }

  /** A write failed; `reason` is a sentence. */
  storeFailed(writer: HealthWriter, reason: string): void {
    if (this.#writers.size === 0) this.#log.error({ writer, reason }, 'the store is in trouble; the host is degraded');
    this.#writers.set(writer, reason);
    this.#prober?.writeLater();
  }

  /** A write went through. */
  storeWritten(writer: HealthWriter): void {
    if (!this.#writers.delete(writer) || this.#writers.size > 0) return;
    this.#prober?.reset();
    this.#log.info({ writer }, 'the store can be written again');
  }

  /** A launch, or the choice of its program, failed for want of something that this machine or this host lacks. */
  launchFailed(subject: ServiceId | `program ${string}`, failure: LaunchFailure): void {
    this.#launches.set(subject, failure);
  }

  /** The service was launched or is not to be launched any more; the program was looked for. */
  launchSettled(subject: ServiceId | `program ${string}`): void {
    this.#launches.delete(subject);
  }

  /**
   * From now on the reasons include these: what the process host cannot look at, files that cannot be used any more. Obstacles keep
   * commands from being carried out.
   */
  include(troubles: () => readonly string[], { areObstacles = false } = {}): void {
    this.#troubles.push({ in: troubles, areObstacles });
  }

  /** From now on a store in trouble is looked at. */
  watchStore({ probe, onBack, timers }: StoreWatch): void {
    this.#prober = new RetryingWriter({
      write: () => {
        this.#probedAt = this.#clock.now();
        return probe();
      },
      onWritten: () => {
        // The recorder and the quarantine have something to write and say themselves when it went through; the others have not.
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

  /** Looks no more. */
  close(): void {
    this.#prober?.close();
  }
}

/** A thousand services that wait for the same thing are one reason. */
function launchReasons(failures: readonly LaunchFailure[]): readonly string[] {
  const byCode = new Map<string, { readonly message: string; count: number }>();
  for (const { code, message } of failures) {
    const known = byCode.get(code);
    if (known === undefined) byCode.set(code, { message, count: 1 });
    else known.count += 1;
  }
  return [...byCode.values()].map(({ message, count }) =>
    count === 1 ? message : `${message} So it is with ${count - 1} more.`,
  );
}
