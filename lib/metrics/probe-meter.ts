import { Histogram, type Registry } from 'prom-client';
import type { CheckMeasure, ProbeMeter } from '../ports/meter.ts';
import { SHORT } from './buckets.ts';

/** Measures the checks of probes. */
export class PromProbeMeter implements ProbeMeter {
  readonly #duration: Histogram<'probe' | 'check' | 'outcome'>;

  constructor(registry: Registry) {
    this.#duration = new Histogram({
      name: 'coredinator_probe_duration_seconds',
      help: 'Duration of one check of a probe, by kind of probe, kind of check and outcome (unknown: the host itself was frozen).',
      labelNames: ['probe', 'check', 'outcome'],
      buckets: SHORT,
      registers: [registry],
    });
  }

  checked({ probe, check, outcome, seconds }: CheckMeasure): void {
    this.#duration.observe({ probe, check, outcome }, seconds);
  }
}
