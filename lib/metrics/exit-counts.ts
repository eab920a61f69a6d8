import type { Sample } from './family.ts';

/** Exits by service and class, since this host started. */
export class ExitCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  count(serviceId: string, exitClass: string): void {
    const classes = this.#counts.get(serviceId) ?? new Map<string, number>();
    classes.set(exitClass, (classes.get(exitClass) ?? 0) + 1);
    this.#counts.set(serviceId, classes);
  }

  /** The counts of these services; those of others are deleted. */
  *samples(known: readonly string[]): Generator<Sample, void, undefined> {
    const services = new Set(known);
    for (const [service, classes] of this.#counts) {
      if (!services.has(service)) this.#counts.delete(service);
      else for (const [exitClass, value] of classes) yield { labels: { service, class: exitClass }, value };
    }
  }
}
