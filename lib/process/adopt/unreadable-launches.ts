import type { Launch } from '../../model/process.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Log } from '../../ports/log.ts';
import { readingProblem } from '../files/record-text.ts';
import { codeOf } from '../os/error-code.ts';

const AGAIN_MS = 2_000;

/**
 * How a launch is handled while one of its records cannot be read.
 *
 * - `supervised`: its process is known from other records or the ledger.
 * - `held`: it is unknown whether it is running, so its service is not launched.
 * - `unwanted`: the same, but a stop was requested in the meantime: if it is found running, it is ended.
 */
export type Handling = 'supervised' | 'held' | 'unwanted';

interface UnreadableLaunch {
  readonly serviceId: ServiceId | null;
  readonly handling: Handling;
  readonly problem: string;
  /** Tries again to handle the launch; throws if that is still impossible. */
  readonly again: (handling: Handling) => void;
}

/** Launches with a record that cannot be read. Each is retried every 2 s, and removed once that succeeds. */
export class UnreadableLaunches {
  readonly #launches = new Map<LaunchId, UnreadableLaunch>();
  /** Launches that were held until their records became readable, by service. */
  readonly #found = new Map<ServiceId, Launch>();
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Adds or replaces a launch. Rethrows an error that is a bug. */
  add(launchId: LaunchId, error: unknown, launch: Omit<UnreadableLaunch, 'problem'>): void {
    if (codeOf(error) === '') throw error;
    const problem = readingProblem(error);
    if (this.#launches.get(launchId)?.problem !== problem) {
      const { serviceId: service, handling } = launch;
      this.#log.error({ launchId, service, handling, err: error }, `${problem} It is read again every 2 s.`);
    }
    this.#launches.set(launchId, { ...launch, problem });
    this.#timer ??= setInterval(() => {
      this.#again();
    }, AGAIN_MS).unref();
  }

  #again(): void {
    for (const [launchId, launch] of [...this.#launches]) {
      try {
        launch.again(launch.handling);
        this.#launches.delete(launchId);
        this.#log.info({ launchId, service: launch.serviceId }, 'the records of a launch are readable again');
      } catch (error) {
        this.add(launchId, error, launch);
      }
    }
    if (this.#launches.size === 0) this.close();
  }

  /** A stop was requested: any process of the service is ended once it is known. */
  stop(serviceId: ServiceId): void {
    for (const [launchId, launch] of this.#launches) {
      if (launch.serviceId === serviceId && launch.handling === 'held') {
        this.#launches.set(launchId, { ...launch, handling: 'unwanted' });
      }
    }
  }

  /** Why a service cannot be launched now; null if nothing is held. */
  reasonAgainst(serviceId: ServiceId): string | null {
    const held = [...this.#launches.values()].find(
      (launch) => launch.serviceId === serviceId && launch.handling !== 'supervised',
    );
    return held === undefined ? null : `It is unknown whether the service is running. ${held.problem}`;
  }

  /** A launch that was held is now supervised; it may have ended in the meantime. */
  found(launch: Launch): void {
    this.#found.set(launch.serviceId, launch);
  }

  /** Returns and forgets the launch of a service that was held before it could be supervised; null: none. */
  takeFound(serviceId: ServiceId): Launch | null {
    const launch = this.#found.get(serviceId) ?? null;
    this.#found.delete(serviceId);
    return launch;
  }

  has(launchId: LaunchId): boolean {
    return this.#launches.has(launchId);
  }

  problems(): readonly string[] {
    return [...this.#launches.values()].map(({ problem }) => problem);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
