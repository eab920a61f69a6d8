import type { ProcessExit, ProcessFacts } from '../model/process.ts';
import type { LaunchId, ServiceId } from '../model/values/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { LaunchObserver } from '../ports/process-host.ts';

/** The launch that facts are about. */
function launchOf(facts: ProcessFacts): LaunchId {
  return facts.status === 'alive' ? facts.launch.launchId : facts.launchId;
}

/** The facts of the newest launch of each service, and who wants to hear of their ends. */
export class FactsBook {
  readonly #facts = new Map<ServiceId, ProcessFacts>();
  readonly #services = new Map<LaunchId, ServiceId>();
  readonly #observers = new Map<LaunchId, Set<LaunchObserver>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(serviceId: ServiceId): ProcessFacts | null {
    return this.#facts.get(serviceId) ?? null;
  }

  all(): ReadonlyMap<ServiceId, ProcessFacts> {
    return new Map(this.#facts);
  }

  /** Keeps the newest facts, and tells the observers when they are of an end. */
  put(serviceId: ServiceId, facts: ProcessFacts): void {
    const before = this.#facts.get(serviceId);
    if (before !== undefined) this.#services.delete(launchOf(before));
    this.#facts.set(serviceId, facts);
    this.#services.set(launchOf(facts), serviceId);
    if (facts.status !== 'exited') return;
    const observers = this.#observers.get(facts.launchId);
    this.#observers.delete(facts.launchId);
    for (const observer of observers ?? []) observer.exited(facts.exit);
  }

  #find(launchId: LaunchId): ProcessFacts | null {
    const serviceId = this.#services.get(launchId);
    return serviceId === undefined ? null : this.get(serviceId);
  }

  observe(launchId: LaunchId, observer: LaunchObserver): () => void {
    const facts = this.#find(launchId);
    if (facts?.status !== 'alive') return this.#tellLater(facts, observer);
    const own: LaunchObserver = { exited: observer.exited.bind(observer) }; // the same observer may observe twice
    const observers = this.#observers.get(launchId) ?? new Set();
    this.#observers.set(launchId, observers.add(own));
    return () => {
      observers.delete(own);
      if (observers.size === 0) this.#observers.delete(launchId);
    };
  }

  #tellLater(facts: ProcessFacts | null, observer: LaunchObserver): () => void {
    const unknown: ProcessExit = { code: null, signal: null, at: this.#clock.now(), isKnown: false };
    const timer = setImmediate(() => {
      observer.exited(facts?.status === 'exited' ? facts.exit : unknown);
    });
    return () => {
      clearImmediate(timer);
    };
  }

  /** Nobody is told of anything any more. */
  close(): void {
    this.#observers.clear();
  }
}
