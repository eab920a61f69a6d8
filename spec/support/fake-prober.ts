import type { ProbeKind, ProbeSpec } from '../../lib/model/probe.ts';
import type { ServiceId } from '../../lib/model/values/ids.ts';
import type { ProbeObserver, Prober, ProbeSubject } from '../../lib/ports/prober.ts';

/** One watch that has not ended. */
export interface FakeWatch {
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly kind: ProbeKind;
  readonly spec: ProbeSpec;
  readonly subject: ProbeSubject;
}

interface Watched extends FakeWatch {
  readonly observer: ProbeObserver;
  verdict: 'unknown' | 'passed' | 'failed';
}

/** A Prober that checks nothing: the test gives the verdicts. */
export class FakeProber implements Prober {
  #watched: Watched[] = [];
  #isClosed = false;

  /** What is watched now, oldest first. */
  get watches(): readonly FakeWatch[] {
    return this.#watched;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  watch(subject: ProbeSubject, kind: ProbeKind, spec: ProbeSpec, observer: ProbeObserver): () => void {
    if (this.#isClosed) return () => undefined;
    const { serviceId, generation } = subject.launch;
    const watched: Watched = { serviceId, generation, kind, spec, subject, observer, verdict: 'unknown' };
    this.#watched.push(watched);
    return () => {
      this.#watched = this.#watched.filter((other) => other !== watched);
    };
  }

  /** Whoever watches that probe is told before it returns, unless it was told the same last. Throws when nobody watches. */
  pass(serviceId: string, kind: ProbeKind): void {
    this.#decide(serviceId, kind, 'passed', (observer) => {
      observer.passed();
    });
  }

  /** As pass(). */
  fail(serviceId: string, kind: ProbeKind, reason = 'GET http://127.0.0.1:7101/ answered 503, not 200-399'): void {
    this.#decide(serviceId, kind, 'failed', (observer) => {
      observer.failed(reason);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#watched = [];
  }

  #decide(serviceId: string, kind: ProbeKind, verdict: 'passed' | 'failed', tell: (to: ProbeObserver) => void): void {
    const asked = this.#watched.filter((watched) => watched.serviceId === serviceId && watched.kind === kind);
    if (asked.length === 0) throw new Error(`Nobody watches the ${kind} probe of the service "${serviceId}".`);
    for (const watched of asked) {
      // Telling one may have ended another.
      if (watched.verdict === verdict || !this.#watched.includes(watched)) continue;
      watched.verdict = verdict;
      tell(watched.observer);
    }
  }
}
