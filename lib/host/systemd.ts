import type { Millis } from '../model/values/time.ts';
import type { Notifier } from '../ports/notifier.ts';

/** Calls `tick` every `ms` milliseconds until the returned function is called. */
export type Every = (ms: Millis, tick: () => void) => () => void;

/** Reports the state of the host to systemd or a compatible service manager (docs/cli.md). */
export interface ServiceManager {
  /** The API is available at `url`; from now on the watchdog is notified at each tick if `isWell`. */
  ready(url: string, isWell: () => boolean): void;
  reloading(): void;
  /** The reload has finished, whether it changed anything or not. */
  reloaded(url: string): void;
  stopping(mode: 'detach' | 'drain'): void;
  close(): Promise<void>;
}

/** The interval of watchdog messages: half of the allowed maximum; null: none. */
export function watchdogPeriod(env: Readonly<Record<string, string | undefined>>, pid: number): Millis | null {
  const watchedPid = env['WATCHDOG_PID'] ?? '';
  const limit = Number(env['WATCHDOG_USEC'] ?? NaN);
  if (!Number.isSafeInteger(limit) || limit <= 0 || (watchedPid !== '' && watchedPid !== String(pid))) return null;
  return Math.max(1, Math.floor(limit / 2_000));
}

/** A service manager that is notified through `notifier`; null: there is none, and nothing is done. */
export function serviceManager(
  notifier: Notifier | null,
  watchdogMs: Millis | null,
  every: Every = onTimer,
): ServiceManager {
  return notifier === null ? NO_MANAGER : new NotifyingManager(notifier, watchdogMs, every);
}

/** Runs in the event loop on purpose: a hanging loop must not notify the watchdog. */
const onTimer: Every = (ms, tick) => {
  const timer = setInterval(tick, ms).unref();
  return () => {
    clearInterval(timer);
  };
};

const nothing = (): void => undefined;
const NO_MANAGER: ServiceManager = {
  ready: nothing,
  reloading: nothing,
  reloaded: nothing,
  stopping: nothing,
  close: () => Promise.resolve(),
};

class NotifyingManager implements ServiceManager {
  readonly #notifier: Notifier;
  readonly #watchdogMs: Millis | null;
  readonly #every: Every;
  #endWatchdog = nothing;
  #isStopping = false;

  constructor(notifier: Notifier, watchdogMs: Millis | null, every: Every) {
    this.#notifier = notifier;
    this.#watchdogMs = watchdogMs;
    this.#every = every;
  }

  ready(url: string, isWell: () => boolean): void {
    this.#send('READY=1', `STATUS=Ready at ${url}`);
    if (this.#watchdogMs === null) return;
    this.#endWatchdog = this.#every(this.#watchdogMs, () => {
      if (isWell()) this.#send('WATCHDOG=1');
    });
  }

  reloading(): void {
    if (!this.#isStopping) this.#send('RELOADING=1', 'STATUS=Reloading the configuration');
  }

  reloaded(url: string): void {
    if (!this.#isStopping) this.#send('READY=1', `STATUS=Ready at ${url}`);
  }

  stopping(mode: 'detach' | 'drain'): void {
    this.#isStopping = true;
    const status = mode === 'detach' ? 'Shutting down; the services keep running' : 'Stopping the services in order';
    this.#send('STOPPING=1', `STATUS=${status}`);
  }

  async close(): Promise<void> {
    this.#endWatchdog();
    await this.#notifier.close();
  }

  #send(...assignments: readonly string[]): void {
    for (const assignment of assignments) this.#notifier.send(assignment);
  }
}
