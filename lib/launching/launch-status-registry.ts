import { doubtOf, type Doubt, type Launch, type ProcessExit, type LaunchStatus } from '../model/process.ts';
import type { LaunchId, ServiceId } from '../model/values/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { LaunchObserver } from '../ports/process-host.ts';

/** The launch that a status describes. */
function launchOf(status: LaunchStatus): LaunchId {
  return status.status === 'alive' ? status.launch.launchId : status.launchId;
}

/** The status of the newest launch of each service, with the observers of its changes and its exit. */
export class LaunchStatusRegistry {
  readonly #status = new Map<ServiceId, LaunchStatus>();
  readonly #services = new Map<LaunchId, ServiceId>();
  readonly #doubts = new Map<ServiceId, Doubt>();
  readonly #observers = new Map<LaunchId, Set<LaunchObserver>>();
  /** Live launches that have changed since they were first reported. */
  readonly #changed = new Set<LaunchId>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(serviceId: ServiceId): LaunchStatus | null {
    return this.#status.get(serviceId) ?? null;
  }

  all(): ReadonlyMap<ServiceId, LaunchStatus> {
    return new Map(this.#status);
  }

  live(): readonly Launch[] {
    return [...this.#status.values()].flatMap((status) => (status.status === 'alive' ? [status.launch] : []));
  }

  /** Why it is not known whether a launch is alive, of those of which it is not. */
  doubts(): ReadonlyMap<ServiceId, Doubt> {
    return this.#doubts;
  }

  /** Stores the newest status, and notifies the observers if the launch has changed or exited. */
  put(serviceId: ServiceId, status: LaunchStatus): void {
    const before = this.#status.get(serviceId);
    if (before !== undefined) this.#forget(launchOf(before), launchOf(status));
    this.#status.set(serviceId, status);
    this.#services.set(launchOf(status), serviceId);
    this.#noteDoubt(serviceId, doubtOf(status));
    if (status.status === 'alive' && before?.status === 'alive') this.#notifyChange(before.launch, status.launch);
    if (status.status !== 'exited') return;
    const observers = this.#observers.get(status.launchId);
    this.#observers.delete(status.launchId);
    for (const observer of observers ?? []) observer.exited(status.exit);
  }

  #noteDoubt(serviceId: ServiceId, doubt: Doubt | null): void {
    if (doubt === null) this.#doubts.delete(serviceId);
    else this.#doubts.set(serviceId, doubt);
  }

  #forget(before: LaunchId, now: LaunchId): void {
    this.#services.delete(before);
    if (before !== now) this.#changed.delete(before);
  }

  #notifyChange(before: Launch, now: Launch): void {
    const { launchId } = now;
    if (before.launchId !== launchId || before === now) return;
    this.#changed.add(launchId);
    for (const observer of this.#observers.get(launchId) ?? []) observer.changed?.(now);
  }

  #find(launchId: LaunchId): LaunchStatus | null {
    const serviceId = this.#services.get(launchId);
    return serviceId === undefined ? null : this.get(serviceId);
  }

  observe(launchId: LaunchId, observer: LaunchObserver): () => void {
    const status = this.#find(launchId);
    if (status?.status !== 'alive') return this.#notifyLater(status, observer);
    // The same observer may observe twice.
    const own: LaunchObserver = {
      exited: observer.exited.bind(observer),
      changed: (launch) => observer.changed?.(launch),
    };
    const observers = this.#observers.get(launchId) ?? new Set();
    this.#observers.set(launchId, observers.add(own));
    if (this.#changed.has(launchId)) {
      setImmediate(() => {
        const now = this.#find(launchId);
        if (observers.has(own) && now?.status === 'alive') own.changed?.(now.launch);
      });
    }
    return () => {
      observers.delete(own);
      if (observers.size === 0) this.#observers.delete(launchId);
    };
  }

  #notifyLater(status: LaunchStatus | null, observer: LaunchObserver): () => void {
    const unknown: ProcessExit = { code: null, signal: null, at: this.#clock.now(), isKnown: false };
    const timer = setImmediate(() => {
      observer.exited(status?.status === 'exited' ? status.exit : unknown);
    });
    return () => {
      clearImmediate(timer);
    };
  }

  /** Observers are no longer notified. */
  close(): void {
    this.#observers.clear();
  }
}
