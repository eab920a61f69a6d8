import { Counter, Histogram, type Registry } from 'prom-client';
import type { JournalEntry } from '../model/journal.ts';
import type { Instant } from '../model/values/time.ts';
import { LONG } from './buckets.ts';
import { ExitCounts } from './exit-counts.ts';
import { EXIT_CLASSES } from './label-values.ts';

/** Counts every event that the journal publishes. */
export class EventMeter {
  readonly exits = new ExitCounts();
  lastSeq: number | null = null;
  readonly #startedAt: Instant;
  readonly #events: Counter<'type'>;
  readonly #exits: Counter<'class'>;
  readonly #adoption: Histogram;

  constructor(registry: Registry, startedAt: Instant) {
    const registers = [registry];
    this.#startedAt = startedAt;
    this.#events = new Counter({
      name: 'coredinator_events_total',
      help: 'Events written to the journal, by type.',
      labelNames: ['type'],
      registers,
    });
    this.#exits = new Counter({
      name: 'coredinator_exits_total',
      help: 'Ends of processes, by class.',
      labelNames: ['class'],
      registers,
    });
    for (const each of EXIT_CLASSES) this.#exits.inc({ class: each }, 0);
    this.#adoption = new Histogram({
      name: 'coredinator_adoption_duration_seconds',
      help: 'Time from the start of this host until it supervised a process that an earlier host had launched.',
      buckets: LONG,
      registers,
    });
  }

  /** Durable events, in ascending order. */
  published(events: readonly JournalEntry[]): void {
    for (const event of events) this.#take(event);
  }

  #take({ seq, at, type, serviceId, detail }: JournalEntry): void {
    this.lastSeq = seq;
    this.#events.inc({ type });
    if (type === 'process.adopted') this.#adoption.observe(Math.max(0, at - this.#startedAt) / 1_000);
    if (type !== 'process.exited') return;
    const exitClass = String(detail['class']);
    this.#exits.inc({ class: exitClass });
    if (serviceId !== null) this.exits.count(serviceId, exitClass);
  }
}
