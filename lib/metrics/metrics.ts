import { setTimeout as pause } from 'node:timers/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Instant } from '../model/values/time.ts';
import type { Exposition, MeasuredHost, ProbeMeter, ProcessMeter } from '../ports/meter.ts';
import type { HostVitals, ProcessUsage } from '../ports/process-usage.ts';
import { EventMeter } from './event-meter.ts';
import { TextExposition } from './exposition.ts';
import type { Family } from './family.ts';
import { EMPTY_FRAME, takeFrame, type Frame } from './frame.ts';
import { hostFamilies } from './host-families.ts';
import { LOOP_SAMPLE_MS, NodeVitals } from './host-vitals.ts';
import { PromProbeMeter } from './probe-meter.ts';
import { PromProcessMeter } from './process-meter.ts';
import { HostRequestMeter } from './request-meter.ts';
import { serviceFamilies, usageFamilies } from './service-families.ts';
import { StoreMeter } from './store-meter.ts';

/** Without a sample of the event loop, its metrics would be those of an empty histogram. */
const FIRST_SAMPLES = 3;

export interface MetricsOptions {
  readonly version: string;
  /** When this host was started. */
  readonly startedAt: Instant;
  /** Whether metrics of the host process itself (processor time, memory, event loop) are included. Default: true. */
  readonly hasProcessMetrics?: boolean;
}

/** The metrics of one host, with a meter for each kind of work. */
export class Metrics {
  readonly events: EventMeter;
  readonly store: StoreMeter;
  readonly processes: ProcessMeter;
  readonly probes: ProbeMeter;
  readonly requests: HostRequestMeter;
  readonly vitals: HostVitals = new NodeVitals();
  readonly exposition: Exposition;
  readonly #registry = new Registry();
  #take: () => Promise<Frame> = () => Promise.resolve(EMPTY_FRAME);
  #readyAfterSeconds: number | null = null;
  #ofProcess: Promise<void> | null = null;

  constructor({ version, startedAt, hasProcessMetrics = true }: MetricsOptions) {
    this.events = new EventMeter(this.#registry, startedAt);
    this.store = new StoreMeter(this.#registry);
    this.processes = new PromProcessMeter(this.#registry);
    this.probes = new PromProbeMeter(this.#registry);
    this.requests = new HostRequestMeter(this.#registry);
    this.exposition = new TextExposition(this.#registry, async () => {
      if (hasProcessMetrics) await (this.#ofProcess ??= this.#measureProcess());
      return this.#families(version, await this.#take());
    });
  }

  /** From the first scrape on, because its samples wake a host that has nothing else to do. */
  async #measureProcess(): Promise<void> {
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LOOP_SAMPLE_MS });
    await pause(FIRST_SAMPLES * LOOP_SAMPLE_MS);
  }

  #families(version: string, frame: Frame): readonly Family[] {
    const { exits, lastSeq } = this.events;
    const facts = { version, readyAfterSeconds: this.#readyAfterSeconds, lastSeq };
    return [
      this.requests.family(),
      ...hostFamilies(frame, facts),
      ...serviceFamilies(frame, exits),
      ...usageFamilies(frame),
    ];
  }

  /** The host is ready; its actors can be measured from now on. */
  ready(afterSeconds: number, host: MeasuredHost, usage: ProcessUsage): void {
    this.#readyAfterSeconds = afterSeconds;
    this.#take = () => takeFrame(host, usage);
  }
}
