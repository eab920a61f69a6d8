import { inheritable } from '../model/environment.ts';
import type { ProbeKind, ProbeSpec } from '../model/probe.ts';
import { withoutValues } from '../model/values/redaction.ts';
import type { Millis } from '../model/values/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { CheckMeasure, ProbeMeter } from '../ports/meter.ts';
import type { ProbeObserver, Prober, ProbeSubject } from '../ports/prober.ts';
import type { ServiceLogs } from '../ports/service-logs.ts';
import type { Check } from './check.ts';
import { ExecCheck } from './exec-check.ts';
import { HttpCheck } from './http-check.ts';
import { Lane } from './lane.ts';
import { LogLineCheck } from './log-line-check.ts';
import { Schedule } from './schedule.ts';
import { TcpCheck } from './tcp-check.ts';
import { processTime, type SteadyTime } from './time.ts';
import { Watch } from './watch.ts';

/** Checks of any kind but exec under way at once. */
const CHECKS_AT_ONCE = 64;
/** Commands under way at once; they have a line of their own, so that slow ones hold nobody else up. */
const COMMANDS_AT_ONCE = 16;
/** Between the first checks of launches whose initial delay is over, as after an adoption of many. */
const SPACING_MS: Millis = 2;

/** What a prober is made from. */
export interface ProberOptions {
  readonly logs: ServiceLogs;
  readonly clock: Clock;
  readonly basePath: string;
  readonly log: Log;
  /** The environment of the host; its own settings are not handed on. Default: that of this process. */
  readonly baseEnv?: NodeJS.ProcessEnv;
  /** The words that begin a command which ends with this host (`shim guard`); null or left out: there is no native shim. */
  readonly execGuard?: readonly string[] | null;
  /** Told how long each check took; default: nobody. */
  readonly meter?: ProbeMeter | undefined;
  /** Default: the time of this process. */
  readonly time?: SteadyTime;
}

/** Makes the prober of a host. */
export function createProber(options: ProberOptions): Prober {
  return new LocalProber(options);
}

class LocalProber implements Prober {
  readonly #options: ProberOptions;
  readonly #inherited: Readonly<Record<string, string>>;
  readonly #time: SteadyTime;
  readonly #schedule: Schedule;
  readonly #checks = new Lane(CHECKS_AT_ONCE);
  readonly #commands = new Lane(COMMANDS_AT_ONCE);
  readonly #watches = new Set<Watch>();
  #nextFirst: Millis = 0;
  #isClosed = false;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#inherited = inheritable(options.baseEnv ?? process.env);
    this.#time = options.time ?? processTime;
    this.#schedule = new Schedule(this.#time);
  }

  watch(subject: ProbeSubject, kind: ProbeKind, probe: ProbeSpec, observer: ProbeObserver): () => void {
    if (this.#isClosed) return () => undefined;
    const { serviceId } = subject.launch;
    const context = {
      time: this.#time,
      schedule: this.#schedule,
      lane: probe.check.type === 'exec' ? this.#commands : this.#checks,
      report: (err: unknown) => {
        this.#options.log.error({ err, service_id: serviceId, probe: kind }, 'the observer of a probe threw');
      },
      measure: (outcome: CheckMeasure['outcome'], seconds: number) => {
        this.#options.meter?.checked({ probe: kind, check: probe.check.type, outcome, seconds });
      },
    };
    const reported = this.#withoutValues(subject, observer);
    const watch = new Watch(context, this.#checkOf(subject, probe), probe, reported, this.#firstOf(subject, probe));
    this.#watches.add(watch);
    return () => {
      this.#watches.delete(watch);
      watch.end();
    };
  }

  close(): void {
    this.#isClosed = true;
    for (const watch of this.#watches) watch.end();
    this.#watches.clear();
  }

  /** A path or an address may be made from a variable, and its value is nobody's who asks how the service is. */
  #withoutValues({ env }: ProbeSubject, observer: ProbeObserver): ProbeObserver {
    return {
      passed: () => {
        observer.passed();
      },
      failed: (reason) => {
        observer.failed(withoutValues(reason, { ...this.#inherited, ...env }));
      },
    };
  }

  #checkOf(subject: ProbeSubject, { check, periodMs }: ProbeSpec): Check {
    switch (check.type) {
      case 'http':
        return new HttpCheck(check, periodMs);
      case 'tcp':
        return new TcpCheck(check);
      case 'exec':
        return this.#execOf(subject, check.command);
      case 'log_line':
        return new LogLineCheck(this.#options.logs, subject.launch, check.pattern);
    }
  }

  #execOf({ launch, env, cwd }: ProbeSubject, command: readonly string[]): Check {
    const { basePath, execGuard = null } = this.#options;
    const own = { COREDINATOR_SERVICE_ID: launch.serviceId, COREDINATOR_GENERATION: String(launch.generation) };
    return new ExecCheck({
      command,
      env: { ...this.#inherited, ...env, ...own },
      cwd: cwd ?? basePath,
      guard: execGuard,
    });
  }

  /** The wall clock decides what is left of the initial delay; set back, it must not make the wait longer than that. */
  #firstOf({ launch }: ProbeSubject, { initialDelayMs, periodMs }: ProbeSpec): Millis {
    const now = this.#time.now();
    const left = Math.min(initialDelayMs, launch.launchedAt + initialDelayMs - this.#options.clock.now());
    if (left > 0) return now + left;
    const at = Math.max(now, this.#nextFirst);
    this.#nextFirst = at + SPACING_MS;
    return Math.min(at, now + periodMs);
  }
}
