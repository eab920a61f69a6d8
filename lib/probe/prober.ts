import { inheritable } from '../model/environment.ts';
import type { ProbeKind, ProbeSpec } from '../model/probe.ts';
import type { Doubt } from '../model/process.ts';
import { withoutValues } from '../model/values/redaction.ts';
import type { Millis } from '../model/values/time.ts';
import type { Accounts } from '../ports/process-host.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommandRunner } from '../ports/engine/command-runner.ts';
import type { Log } from '../ports/log.ts';
import type { CheckMeasure, ProbeMeter } from '../ports/meter.ts';
import type { ProbeFailure, ProbeObserver, Prober, ProbeTarget, CommandGuard } from '../ports/prober.ts';
import type { ServiceId } from '../model/values/ids.ts';
import type { ServiceLogs } from '../ports/service-logs.ts';
import { CertainCheck } from './certain-check.ts';
import type { Check } from './check.ts';
import { ExecCheck } from './exec-check.ts';
import { HttpCheck } from './http-check.ts';
import { CheckSlots } from './check-slots.ts';
import { hostOf, Way } from './network.ts';
import { LogLineCheck } from './log-line-check.ts';
import { PlacedExecCheck } from './placed-exec-check.ts';
import { Schedule } from './schedule.ts';
import { TcpCheck } from './tcp-check.ts';
import { processTime, type SteadyTime } from './time.ts';
import { Watch } from './watch.ts';

/** How many checks other than commands run at once. */
const CHECKS_AT_ONCE = 64;
/** How many commands run at once; they have their own queue, so that slow commands delay no other checks. */
const COMMANDS_AT_ONCE = 16;
/**
 * Between the first checks of launches whose initial delay is over, for instance after the adoption of many processes.
 */
const SPACING_MS: Millis = 2;

export interface ProberOptions {
  readonly logs: ServiceLogs;
  readonly clock: Clock;
  readonly basePath: string;
  readonly log: Log;
  /** The environment of the host, without whose own settings commands run. Default: that of this process. */
  readonly baseEnv?: NodeJS.ProcessEnv;
  /** Null or undefined: there is no native shim. */
  readonly execGuard?: CommandGuard | null;
  /** Runs commands where the launches run; null or undefined: on this machine. */
  readonly commands?: CommandRunner | null;
  /** The users and groups that commands may run as. */
  readonly accounts: Accounts;
  /** Measures how long each check took; default: not measured. */
  readonly meter?: ProbeMeter | undefined;
  /** Why it is not known whether the process of a service lives; default: it always is. */
  readonly doubt?: (serviceId: ServiceId) => Doubt | null;
  /** Default: the time of this process. */
  readonly time?: SteadyTime;
}

/** Creates the prober of a host. */
export function createProber(options: ProberOptions): Prober {
  return new LocalProber(options);
}

class LocalProber implements Prober {
  readonly #options: ProberOptions;
  readonly #inherited: Readonly<Record<string, string>>;
  readonly #time: SteadyTime;
  readonly #schedule: Schedule;
  readonly #checks = new CheckSlots(CHECKS_AT_ONCE);
  readonly #commands = new CheckSlots(COMMANDS_AT_ONCE);
  readonly #watches = new Set<Watch>();
  /** The last failed check of each probe, by service. */
  readonly #failures = new Map<ServiceId, Map<ProbeKind, ProbeFailure>>();
  #nextFirst: Millis = 0;
  #isClosed = false;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#inherited = inheritable(options.baseEnv ?? process.env);
    this.#time = options.time ?? processTime;
    this.#schedule = new Schedule(this.#time);
  }

  watch(target: ProbeTarget, kind: ProbeKind, probe: ProbeSpec, observer: ProbeObserver): () => void {
    if (this.#isClosed) return () => undefined;
    const { serviceId } = target.launch;
    const context = {
      time: this.#time,
      schedule: this.#schedule,
      slots: probe.check.type === 'exec' ? this.#commands : this.#checks,
      report: (err: unknown) => {
        this.#options.log.error({ err, service_id: serviceId, probe: kind }, 'a probe observer threw an error');
      },
      measure: (outcome: CheckMeasure['outcome'], seconds: number) => {
        this.#options.meter?.checked({ probe: kind, check: probe.check.type, outcome, seconds });
      },
      noteFailure: (reason: string) => {
        this.#noteFailure(target, kind, reason);
      },
    };
    const reported = this.#withoutValues(target, observer);
    const watch = new Watch(
      context,
      this.#certain(this.#checkOf(target, probe), serviceId),
      probe,
      reported,
      this.#firstOf(target, probe),
    );
    this.#watches.add(watch);
    return () => {
      this.#watches.delete(watch);
      watch.end();
    };
  }

  failures(serviceId: ServiceId): readonly ProbeFailure[] {
    return [...(this.#failures.get(serviceId)?.values() ?? [])];
  }

  #noteFailure({ launch: { serviceId, generation }, env }: ProbeTarget, probe: ProbeKind, found: string): void {
    const ofService = this.#failures.get(serviceId) ?? new Map<ProbeKind, ProbeFailure>();
    this.#failures.set(serviceId, ofService);
    const reason = withoutValues(found, { ...this.#inherited, ...env });
    ofService.set(probe, { probe, generation, at: this.#options.clock.now(), reason });
  }

  close(): void {
    this.#isClosed = true;
    for (const watch of this.#watches) watch.end();
    this.#watches.clear();
  }

  /** A path or an address may contain the value of a variable, which must not appear in the reasons of a service. */
  #withoutValues({ env }: ProbeTarget, observer: ProbeObserver): ProbeObserver {
    return {
      passed: () => {
        observer.passed();
      },
      failed: (reason) => {
        observer.failed(withoutValues(reason, { ...this.#inherited, ...env }));
      },
      missed: (reason) => {
        observer.missed?.(withoutValues(reason, { ...this.#inherited, ...env }));
      },
    };
  }

  /** A check says nothing of a process of which nothing is known: what is cut off may be as well as ever. */
  #certain(check: Check, serviceId: ServiceId): Check {
    const { doubt } = this.#options;
    return doubt === undefined ? check : new CertainCheck(check, () => doubt(serviceId) !== null);
  }

  #checkOf(target: ProbeTarget, { check, periodMs }: ProbeSpec): Check {
    const { launch } = target;
    switch (check.type) {
      case 'http': {
        const host = hostOf(check.host, launch);
        return new HttpCheck({ ...check, host }, periodMs, new Way(host !== check.host));
      }
      case 'tcp': {
        const host = hostOf(check.host, launch);
        return new TcpCheck({ ...check, host }, new Way(host !== check.host));
      }
      case 'exec':
        return this.#execOf(target, check.command);
      case 'log_line':
        return new LogLineCheck(this.#options.logs, target.launch, check.pattern);
    }
  }

  #execOf({ launch, env, cwd, user, group }: ProbeTarget, command: readonly string[]): Check {
    const { basePath, accounts, execGuard = null, commands = null } = this.#options;
    if (commands !== null) {
      return new PlacedExecCheck({ commands, launch, command, cwd, hidden: { ...this.#inherited, ...env } });
    }
    const own = { COREDINATOR_SERVICE_ID: launch.serviceId, COREDINATOR_GENERATION: String(launch.generation) };
    return new ExecCheck({
      command,
      inherited: this.#inherited,
      variables: { ...env, ...own },
      cwd: cwd ?? basePath,
      guard: execGuard,
      runAs: { user, group },
      accounts,
    });
  }

  /**
   * The wall clock determines the rest of the initial delay; even if it is set back, the wait does not exceed the
   * delay.
   */
  #firstOf({ launch }: ProbeTarget, { initialDelayMs, periodMs }: ProbeSpec): Millis {
    const now = this.#time.now();
    const left = Math.min(initialDelayMs, launch.launchedAt + initialDelayMs - this.#options.clock.now());
    if (left > 0) return now + left;
    const at = Math.max(now, this.#nextFirst);
    this.#nextFirst = at + SPACING_MS;
    return Math.min(at, now + periodMs);
  }
}
