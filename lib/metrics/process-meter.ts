import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { LaunchOutcome, LaunchStatus } from '../model/process.ts';
import type { ProcessMeter } from '../ports/meter.ts';
import type { Orphan } from '../ports/process-host.ts';
import { LONG } from './buckets.ts';

/** Measures launches, stops, and what earlier hosts left behind. */
export class PromProcessMeter implements ProcessMeter {
  readonly #launches: Counter<'outcome' | 'code'>;
  readonly #launchDuration: Histogram<'outcome'>;
  readonly #stopDuration: Histogram;
  readonly #surveyDuration: Gauge;
  readonly #surveyed: Gauge<'status'>;
  readonly #orphans: readonly Gauge<'fate'>[];

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
      help: 'Time from the request to launch until the program ran (exec) or was refused; includes ending what the last launch left behind.',
      labelNames: ['outcome'],
      buckets: LONG,
      registers,
    });
    this.#stopDuration = new Histogram({
      name: 'coredinator_stop_duration_seconds',
      help: 'Time from the request to stop until nothing of the process tree was left.',
      buckets: LONG,
      registers,
    });
    this.#surveyDuration = new Gauge({
      name: 'coredinator_survey_duration_seconds',
      help: 'Time that this host needed at its start to find what earlier hosts had left.',
      registers,
    });
    this.#surveyed = new Gauge({
      name: 'coredinator_surveyed_services',
      help: 'Services by the status of their newest launch at the start of this host: alive, exited, or revoked (it never started).',
      labelNames: ['status'],
      registers,
    });
    const help =
      'Orphan processes (live launches without a record in the database) at the start of this host, by what was done with them.';
    this.#orphans = [
      new Gauge({ name: 'coredinator_orphan_processes', help, labelNames: ['fate'], registers }),
      new Gauge({
        name: 'coredinator_stray_processes',
        help: 'Deprecated name of coredinator_orphan_processes.',
        labelNames: ['fate'],
        registers,
      }),
    ];
    for (const gauge of this.#orphans)
      for (const fate of ['reported', 'adopted', 'killed'] as const) gauge.set({ fate }, 0);
  }

  launched(outcome: LaunchOutcome, seconds: number): void {
    const code = outcome.type === 'refused' ? outcome.failure.code : '';
    this.#launches.inc({ outcome: outcome.type, code });
    this.#launchDuration.observe({ outcome: outcome.type }, seconds);
  }

  stopped(seconds: number): void {
    this.#stopDuration.observe(seconds);
  }

  surveyed(facts: Iterable<LaunchStatus>, orphans: readonly Orphan[], seconds: number): void {
    this.#surveyDuration.set(seconds);
    for (const status of ['alive', 'exited', 'revoked'] as const) this.#surveyed.set({ status }, 0);
    for (const { status } of facts) this.#surveyed.inc({ status });
    for (const { fate } of orphans) for (const gauge of this.#orphans) gauge.inc({ fate });
  }
}
