import type { Sample } from './family.ts';

/** How long something took, many times: a histogram of Prometheus with one set of labels. */
export class Durations {
  readonly #bounds: readonly number[];
  /** How many were at most as long as the bound of that index, and longer than the one before; the last: longer than all. */
  readonly #counts: number[];
  #sum = 0;

  /** `bounds`: the upper bounds of the buckets in seconds, ascending. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  add(seconds: number): void {
    let bucket = 0;
    while (seconds > (this.#bounds[bucket] ?? Infinity)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** The lines of the histogram, in the order of prom-client. */
  *samples(labels: Sample['labels']): Generator<Sample, void, undefined> {
    let count = 0;
    for (const [bucket, more] of this.#counts.entries()) {
      count += more;
      const le = this.#bounds[bucket] ?? '+Inf';
      yield { suffix: '_bucket', labels: { le: String(le), ...labels }, value: count };
    }
    yield { suffix: '_sum', labels, value: this.#sum };
    yield { suffix: '_count', labels, value: count };
  }
}
