import type { ProbeKind, ProbeSpec } from '../../../lib/model/probe.ts';
import type { ServiceId } from '../../../lib/model/values/ids.ts';
import type { ProbeFailure, ProbeObserver, Prober, ProbeTarget } from '../../../lib/ports/prober.ts';

/** One watch that has not ended. */
export interface FakeWatch {
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly kind: ProbeKind;
  readonly spec: ProbeSpec;
  readonly target: ProbeTarget;
}

interface Watched extends FakeWatch {
  readonly observer: ProbeObserver;
  verdict: 'unknown' | 'passed' | 'failed';
}

/** A Prober that checks nothing: the test decides the verdicts. */
export class FakeProber implements Prober {
  /** What failures() returns, by service. */
  readonly found = new Map<string, readonly ProbeFailure[]>();
  #watched: Watched[] = [];
  #isClosed = false;

  /** The current watches, oldest first. */
  get watches(): readonly FakeWatch[] {
    return this.#watched;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  watch(target: ProbeTarget, kind: ProbeKind, spec: ProbeSpec, observer: ProbeObserver): () => void {
    if (this.#isClosed) return () => undefined;
    const { serviceId, generation } = target.launch;
    const watched: Watched = { serviceId, generation, kind, spec, target, observer, verdict: 'unknown' };
    this.#watched.push(watched);
    return () => {
      this.#watched = this.#watched.filter((other) => other !== watched);
    };
  }

  /**
   * Reports to all observers of the probe whose last verdict differs, before it returns. Throws if there is no watch.
   */
  pass(serviceId: string, kind: ProbeKind): void {
    this.#decide(serviceId, kind, 'passed', (observer) => {
      observer.passed();
    });
  }

  /** As pass(). */
  fail(serviceId: string, kind: ProbeKind, reason = 'GET http://127.0.0.1:7101/ returned 503, expected 200-399'): void {
    this.#decide(serviceId, kind, 'failed', (observer) => {
      observer.failed(reason);
    });
  }

  failures(serviceId: ServiceId): readonly ProbeFailure[] {
    return this.found.get(serviceId) ?? [];
  }

  /** Reports a failure below the threshold. */
  miss(serviceId: string, kind: ProbeKind, reason: string): void {
    for (const watched of this.#watched) {
      if (watched.serviceId === serviceId && watched.kind === kind) watched.observer.missed?.(reason);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#watched = [];
  }

  #decide(serviceId: string, kind: ProbeKind, verdict: 'passed' | 'failed', notify: (to: ProbeObserver) => void): void {
    const asked = this.#watched.filter((watched) => watched.serviceId === serviceId && watched.kind === kind);
    if (asked.length === 0) throw new Error(`There is no watch for the ${kind} probe of the service "${serviceId}".`);
    for (const watched of asked) {
      // An observer may have ended another watch.
      if (watched.verdict === verdict || !this.#watched.includes(watched)) continue;
      watched.verdict = verdict;
      notify(watched.observer);
    }
  }
}
