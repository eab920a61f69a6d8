import { Gauge, Histogram, type Registry } from 'prom-client';
import type { AnswerMeasure, RequestMeter } from '../ports/meter.ts';
import { SHORT } from './buckets.ts';

/** Measures requests. */
export class PromRequestMeter implements RequestMeter {
  readonly #duration: Histogram<'method' | 'route' | 'status'>;
  readonly #streams: Gauge<'route'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#duration = new Histogram({
      name: 'coredinator_http_request_duration_seconds',
      help: 'How long requests took to be answered, by method, route and status. Answers that go on for as long as they are read are not in it.',
      labelNames: ['method', 'route', 'status'],
      buckets: SHORT,
      registers,
    });
    this.#streams = new Gauge({
      name: 'coredinator_http_streams',
      help: 'Readers of answers that go on (events, logs that are followed), by route.',
      labelNames: ['route'],
      registers,
    });
  }

  answered({ method, route, status, seconds }: AnswerMeasure): void {
    this.#duration.observe({ method, route, status }, seconds);
  }

  streaming(route: string): () => void {
    this.#streams.inc({ route });
    return () => {
      this.#streams.dec({ route });
    };
  }
}
