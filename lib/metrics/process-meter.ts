import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { LaunchId, ServiceId } from '../model/ids.ts';
import type { Launch, LaunchOutcome, ProcessExit, ProcessFacts } from '../model/process.ts';
import type { NodeSignal, StopSpec } from '../model/spec.ts';
import type { LaunchObserver, LaunchRequest, ProcessHost, Stray } from '../ports/process-host.ts';
import { LONG } from './buckets.ts';

/** Measures launches, stops, and what earlier hosts left. */
export class ProcessMeter {
  readonly #launches: Counter<'outcome' | 'code'>;
  readonly #launchDuration: Histogram<'outcome'>;
  readonly #stopDuration: Histogram;
  readonly #surveyDuration: Gauge;
  readonly #surveyed: Gauge<'status'>;
  readonly #strays: Gauge<'fate'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#launches = new Counter({
      name: 'coredinator_launches_total',
      help: 'Launches by outcome: launched, or refused with the code of the reason.',
      labelNames: ['outcome', 'code'],
      registers,
    });
    this.#launches.inc({ outcome: 'launched', code: '' }, 0);
    this.#launchDuration = new Histogram({
      name: 'coredinator_launch_duration_seconds',
      help: 'From the order to launch until the program ran (exec) or was refused; the end of what the last launch left is in it.',
      labelNames: ['outcome'],
      buckets: LONG,
      registers,
    });
    this.#stopDuration = new Histogram({
      name: 'coredinator_stop_duration_seconds',
      help: 'From the order to stop until nothing of the process tree was left.',
      buckets: LONG,
      registers,
    });
    this.#surveyDuration = new Gauge({
      name: 'coredinator_survey_duration_seconds',
      help: 'How long it took at the start of this host to find what earlier hosts had left.',
      registers,
    });
    this.#surveyed = new Gauge({
      name: 'coredinator_surveyed_services',
      help: 'What the newest launch of each service was found to be at the start of this host: alive, exited, or revoked (it never began).',
      labelNames: ['status'],
      registers,
    });
    this.#strays = new Gauge({
      name: 'coredinator_stray_processes',
      help: 'Live launches that the database did not know at the start of this host, by what became of them.',
      labelNames: ['fate'],
      registers,
    });
    for (const fate of ['reported', 'adopted', 'killed'] as const) this.#strays.set({ fate }, 0);
  }

  launched(outcome: LaunchOutcome, seconds: number): void {
    const code = outcome.type === 'refused' ? outcome.failure.code : '';
    this.#launches.inc({ outcome: outcome.type, code });
    this.#launchDuration.observe({ outcome: outcome.type }, seconds);
  }

  stopped(seconds: number): void {
    this.#stopDuration.observe(seconds);
  }

  surveyed(facts: Iterable<ProcessFacts>, strays: readonly Stray[], seconds: number): void {
    this.#surveyDuration.set(seconds);
    for (const status of ['alive', 'exited', 'revoked'] as const) this.#surveyed.set({ status }, 0);
    for (const { status } of facts) this.#surveyed.inc({ status });
    for (const { fate } of strays) this.#strays.inc({ fate });
  }
}

/** A process host whose work is measured. */
export class MeteredProcessHost implements ProcessHost {
  readonly #host: ProcessHost;
  readonly #meter: ProcessMeter;

  constructor(host: ProcessHost, meter: ProcessMeter) {
    this.#host = host;
    this.#meter = meter;
  }

  async survey(): Promise<ReadonlyMap<ServiceId, ProcessFacts>> {
    const begunAt = performance.now();
    const facts = await this.#host.survey();
    this.#meter.surveyed(facts.values(), this.#host.strays(), secondsSince(begunAt));
    return facts;
  }

  async launch(request: LaunchRequest): Promise<LaunchOutcome> {
    const begunAt = performance.now();
    const outcome = await this.#host.launch(request);
    this.#meter.launched(outcome, secondsSince(begunAt));
    return outcome;
  }

  async stop(serviceId: ServiceId, stop: StopSpec): Promise<ProcessExit | null> {
    const begunAt = performance.now();
    const exit = await this.#host.stop(serviceId, stop);
    if (exit !== null) this.#meter.stopped(secondsSince(begunAt)); // else there was nothing to wait for
    return exit;
  }

  strays(): readonly Stray[] {
    return this.#host.strays();
  }

  facts(serviceId: ServiceId): ProcessFacts | null {
    return this.#host.facts(serviceId);
  }

  observe(launchId: LaunchId, observer: LaunchObserver): () => void {
    return this.#host.observe(launchId, observer);
  }

  signal(serviceId: ServiceId, signal: NodeSignal): Promise<boolean> {
    return this.#host.signal(serviceId, signal);
  }

  troubles(): readonly string[] {
    return this.#host.troubles();
  }

  live(): readonly Launch[] {
    return this.#host.live();
  }

  close(): Promise<void> {
    return this.#host.close();
  }
}

function secondsSince(begunAt: number): number {
  return (performance.now() - begunAt) / 1_000;
}
