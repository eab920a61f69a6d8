import type { Millis } from '../model/values/time.ts';
import type { Notifier } from '../ports/notifier.ts';

/** Calls `tick` every so many milliseconds until what it gives is called. */
export type Every = (ms: Millis, tick: () => void) => () => void;

/** What systemd, or a manager that speaks like it, is told about the host (docs/cli.md). */
export interface ServiceManager {
  /** The API answers at `url`; from now on the watchdog is fed at each beat at which `isWell`. */
  ready(url: string, isWell: () => boolean): void;
  reloading(): void;
  /** The reload is over, whether or not it changed anything. */
  reloaded(url: string): void;
  stopping(mode: 'detach' | 'drain'): void;
  close(): Promise<void>;
}

/** How often the watchdog wants to hear of this process: half of what it allows; null: never. */
export function watchdogPeriod(env: Readonly<Record<string, string | undefined>>, pid: number): Millis | null {
  const meant = env['WATCHDOG_PID'] ?? '';
  const limit = Number(env['WATCHDOG_USEC'] ?? NaN);
  if (!Number.isSafeInteger(limit) || limit <= 0 || (meant !== '' && meant !== String(pid))) return null;
  return Math.max(1, Math.floor(limit / 2_000));
}

/** Speaks to the manager through `notifier`; null: nobody listens, and nothing is done. */
export function serviceManager(
  notifier: Notifier | null,
  watchdogMs: Millis | null,
  every: Every = onTimer,
): ServiceManager {
  return notifier === null ? SILENT : new Speaker(notifier, watchdogMs, every);
}

/** It runs in the event loop on purpose: a loop that hangs feeds no watchdog. */
const onTimer: Every = (ms, tick) => {
  const timer = setInterval(tick, ms).unref();
  return () => {
    clearInterval(timer);
  };
};

const nothing = (): void => undefined;
const SILENT: ServiceManager = {
  ready: nothing,
  reloading: nothing,
  reloaded: nothing,
  stopping: nothing,
  close: () => Promise.resolve(),
};

class Speaker implements ServiceManager {
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
    this.#say('READY=1', `STATUS=Ready at ${url}`);
    if (this.#watchdogMs === null) return;
    this.#endWatchdog = this.#every(this.#watchdogMs, () => {
      if (isWell()) this.#say('WATCHDOG=1');
    });
  }

  reloading(): void {
    if (!this.#isStopping) this.#say('RELOADING=1', 'STATUS=Reading the configuration anew');
  }

  reloaded(url: string): void {
    if (!this.#isStopping) this.#say('READY=1', `STATUS=Ready at ${url}`);
  }

  stopping(mode: 'detach' | 'drain'): void {
    this.#isStopping = true;
    const status = mode === 'detach' ? 'Leaving; the services run on' : 'Stopping the services in order';
    this.#say('STOPPING=1', `STATUS=${status}`);
  }

  async close(): Promise<void> {
    this.#endWatchdog();
    await this.#notifier.close();
  }

  #say(...assignments: readonly string[]): void {
    for (const assignment of assignments) this.#notifier.send(assignment);
  }
}
