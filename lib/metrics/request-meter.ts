import { Gauge, Histogram, type Registry } from 'prom-client';
import type { AnswerMeasure, RequestMeter } from '../ports/meter.ts';
import { SHORT } from './buckets.ts';

/** Measures requests. */
export class PromRequestMeter implements RequestMeter {
  readonly #duration: Histogram<'method' | 'route' | 'status'>;
  #streams: () => ReadonlyMap<string, number> = () => new Map();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#duration = new Histogram({
      name: 'coredinator_http_request_duration_seconds',
      help: 'Duration of requests, by method, route and status. Streams are not included.',
      labelNames: ['method', 'route', 'status'],
      buckets: SHORT,
      registers,
    });
    const streamsOf = (): ReadonlyMap<string, number> => this.#streams();
    const routes = new Set<string>();
    new Gauge({
      name: 'coredinator_http_streams',
      help: 'Open streams (events, followed logs), by route.',
      labelNames: ['route'],
      registers,
      collect() {
        const streams = streamsOf();
        for (const route of streams.keys()) routes.add(route);
        for (const route of routes) this.set({ route }, streams.get(route) ?? 0);
      },
    });
  }

  answered({ method, route, status, seconds }: AnswerMeasure): void {
    this.#duration.observe({ method, route, status }, seconds);
  }

  watchStreams(streams: () => ReadonlyMap<string, number>): void {
    this.#streams = streams;
  }
}
