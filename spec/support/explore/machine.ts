import type { LaunchFailure, ProcessExit } from '../../../lib/model/process.ts';
import type { StopSpec } from '../../../lib/model/spec.ts';
import type { LaunchId, ServiceId } from '../../../lib/model/values/ids.ts';
import type { LaunchRequest } from '../../../lib/ports/process-host.ts';

/** What a host writes for later hosts before it asks for a shim. */
export type RunRequest = Pick<LaunchRequest, 'serviceId' | 'generation' | 'stop' | 'executablePath' | 'version'>;

/** The exit record of a launch: how its program ended, or why it never ran. */
export interface RunRecord {
  readonly exit: ProcessExit;
  readonly refusal: LaunchFailure | null;
}

/** One launch: its files, its shim and its process. Never changed, only replaced. */
export interface Run extends RunRequest {
  readonly launchId: LaunchId;
  readonly boot: number;
  readonly hasFolder: boolean;
  readonly claim: 'shim' | 'revoked' | null;
  readonly shim: 'none' | 'alive' | 'gone';
  /** As its `pid` file says. */
  readonly main: { readonly pid: number; readonly startTime: string } | null;
  readonly process: 'none' | 'alive' | 'ended';
  /** How its process really ended. */
  readonly exit: ProcessExit | null;
  readonly record: RunRecord | null;
  /** Its program could not be executed. */
  readonly isRefused: boolean;
  /** A host has asked for its stop. */
  readonly isStopAsked: boolean;
  /** A probe of it has failed. */
  readonly isProbeFailed: boolean;
  /** Nobody had asked for its stop when it ended. */
  readonly isSurprise: boolean;
  /** When its shim kills what has not ended by then. */
  readonly killAt: number | null;
}

/** Whether the main process of a launch exists: from the fork on, before its program is executed. */
export function isLiving({ process, main, shim, record }: Run): boolean {
  return process === 'alive' || (process === 'none' && main !== null && shim === 'alive' && record === null);
}

/**
 * What a shim, or the kernel, does next for a launch: the steps of docs/launch-protocol.md. `exec` and `refuse` end with the
 * report of the shim.
 */
export type ShimStep = 'claim' | 'fork' | 'exec' | 'die' | 'record' | 'leave';

interface Due {
  readonly launchId: LaunchId;
  readonly step: ShimStep;
}

/** A program that was executed. */
export interface Start {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly file: string;
  readonly at: number;
}

/** A process that ended although nobody had asked for that, or because a probe of it failed. */
export interface Failure {
  readonly launchId: LaunchId;
  /** What was alive then. */
  readonly beside: readonly LaunchId[];
}

/** The host that is up: hears what the real one reads from pipes and folders. */
export interface MachineObserver {
  /** The shim of a launch reports. */
  reported(launchId: LaunchId, refusal: LaunchFailure | null): void;
  /** Something about a launch has changed: its files, its shim or its process. */
  changed(launchId: LaunchId): void;
}

const EXISTS: LaunchFailure = { code: 'EEXIST', isPermanent: false, message: 'The launch was revoked.' };

/**
 * A machine with shims and processes that outlive hosts. Shims work in single steps: whoever has the machine says when
 * the next one happens. Everything in it is plain data, so that it can be forked at any moment.
 */
export class Machine {
  readonly #runs = new Map<LaunchId, Run>();
  readonly #logged = new Map<ServiceId, number>();
  readonly #refusals = new Map<string, readonly LaunchFailure[]>();
  #due: readonly Due[] = [];
  #boot = 1;
  #count = 0;
  /** Every program that was executed, in order. */
  starts: readonly Start[] = [];
  /** The services whose process a host has stopped or signalled, in order. */
  stops: readonly ServiceId[] = [];
  failures: readonly Failure[] = [];
  /** What must never happen, as sentences. */
  wrong: readonly string[] = [];
  /** Services that ignore the stop signal. */
  stubborn: ReadonlySet<string> = new Set();
  observer: MachineObserver | null = null;
  /** Grows with each change. */
  version = 0;

  forked(): Machine {
    const fork = new Machine();
    for (const [launchId, run] of this.#runs) fork.#runs.set(launchId, run);
    for (const [serviceId, generation] of this.#logged) fork.#logged.set(serviceId, generation);
    for (const [serviceId, failures] of this.#refusals) fork.#refusals.set(serviceId, failures);
    const { starts, stops, failures, wrong, stubborn, version } = this;
    Object.assign(fork, { starts, stops, failures, wrong, stubborn, version });
    fork.#due = this.#due;
    fork.#boot = this.#boot;
    fork.#count = this.#count;
    return fork;
  }

  get boot(): number {
    return this.#boot;
  }

  runs(): readonly Run[] {
    return [...this.#runs.values()];
  }

  /** What a host that reads the files and looks at the processes sees. Throws for an unknown launch. */
  run(launchId: LaunchId): Run {
    const run = this.#runs.get(launchId);
    if (run === undefined) throw new Error(`There was no launch ${launchId}.`);
    return run;
  }

  /** The live process of a service; there is at most one, or `wrong` says so. */
  liveOf(serviceId: string): Run | null {
    return this.runs().find((run) => run.serviceId === serviceId && run.process === 'alive') ?? null;
  }

  /** The newest generation that has written output. */
  newestLogged(serviceId: ServiceId): number {
    return this.#logged.get(serviceId) ?? 0;
  }

  // What hosts do.

  makeFolder(launchId: LaunchId, request: RunRequest): void {
    const { serviceId, generation, stop, executablePath, version } = request;
    const blank = {
      claim: null,
      shim: 'none',
      main: null,
      process: 'none',
      exit: null,
      record: null,
      ...{ isRefused: false, isStopAsked: false, isProbeFailed: false, isSurprise: false },
    } as const;
    const run = { launchId, serviceId, generation, stop, executablePath, version, ...blank, killAt: null };
    this.#put({ ...run, boot: this.#boot, hasFolder: true });
    this.#logged.set(serviceId, Math.max(generation, this.newestLogged(serviceId)));
  }

  spawn(launchId: LaunchId): void {
    this.#change(launchId, { shim: 'alive' });
    this.#then(launchId, 'claim');
  }

  /** False: its shim was first. A launch without a folder counts as revoked. */
  revoke(launchId: LaunchId): boolean {
    const run = this.#runs.get(launchId);
    if (run?.hasFolder !== true) return true;
    if (run.claim !== null) return false;
    this.#change(launchId, { claim: 'revoked' });
    return true;
  }

  listRuns(): readonly LaunchId[] {
    return this.runs().flatMap(({ launchId, hasFolder }) => (hasFolder ? [launchId] : []));
  }

  removeRecords(launchId: LaunchId): void {
    const run = this.#runs.get(launchId);
    if (run === undefined) return;
    if (run.process === 'alive') this.#complain(run, 'loses its files while its process is alive');
    this.#change(launchId, { hasFolder: false, record: null });
  }

  /** The command `stop` to the shim, which goes on with it whatever becomes of the host. */
  stop(launchId: LaunchId, { graceMs }: StopSpec, now: number): void {
    const run = this.run(launchId);
    if (run.shim !== 'alive' && run.process !== 'alive') return;
    if (run.process === 'alive') this.stops = [...this.stops, run.serviceId];
    const killAt = Math.min(now + graceMs, run.killAt ?? Infinity);
    this.#change(launchId, { killAt, isStopAsked: true });
    if (!this.stubborn.has(run.serviceId)) this.#then(launchId, 'die');
  }

  signal(launchId: LaunchId): boolean {
    const run = this.run(launchId);
    if (run.process !== 'alive') return false;
    this.stops = [...this.stops, run.serviceId];
    this.version += 1;
    return true;
  }

  // What happens by itself.

  /** The next step of a shim; null: there is none. */
  get next(): ShimStep | null {
    return this.#due[0]?.step ?? null;
  }

  /** Does that step. */
  step(clock: { readonly now: () => number }): void {
    const [due, ...rest] = this.#due;
    if (due === undefined) return;
    this.#due = rest;
    this.version += 1;
    this.#take(due, clock.now());
  }

  #take({ launchId, step }: Due, now: number): void {
    const run = this.run(launchId);
    switch (step) {
      case 'claim':
        if (run.claim === null && run.hasFolder) {
          this.#change(launchId, { claim: 'shim' });
          this.#then(launchId, 'fork');
        } else {
          this.#change(launchId, { shim: 'gone' });
          this.observer?.reported(launchId, EXISTS);
        }
        return;
      case 'fork':
        this.#count += 1;
        this.#change(launchId, { main: { pid: 100_000 + this.#count, startTime: String(this.#count) } });
        this.#then(launchId, 'exec');
        return;
      case 'exec':
        this.#execute(run, now);
        return;
      case 'die':
        if (run.process === 'alive') this.exit(launchId, { code: null, signal: run.stop.signal }, now);
        else if (run.process === 'none' && run.shim === 'alive' && run.record === null) this.#then(launchId, 'die');
        return;
      case 'record':
        this.#change(launchId, { record: { exit: run.exit!, refusal: null } });
        this.#then(launchId, 'leave');
        this.observer?.changed(launchId);
        return;
      case 'leave':
        this.#change(launchId, { shim: 'gone' });
        this.observer?.changed(launchId);
    }
  }

  #execute(run: Run, now: number): void {
    const { launchId, serviceId, generation, executablePath: file } = run;
    const [refusal, ...rest] = this.#refusals.get(serviceId) ?? [];
    if (refusal !== undefined) {
      this.#refusals.set(serviceId, rest);
      const exit = { code: 127, signal: null, at: now, isKnown: true };
      this.#change(launchId, { record: { exit, refusal }, isRefused: true });
      this.#then(launchId, 'leave');
      this.observer?.reported(launchId, refusal);
      this.observer?.changed(launchId);
      return;
    }
    const other = this.liveOf(serviceId);
    if (other !== null) this.#complain(run, `begins to run beside generation ${other.generation}`);
    const twin = this.starts.find((start) => start.serviceId === serviceId && start.generation === generation);
    if (twin !== undefined) this.#complain(run, 'runs a second time');
    if (run.claim !== 'shim') this.#complain(run, 'runs without a claim');
    this.starts = [...this.starts, { launchId, serviceId, generation, file, at: now }];
    this.#change(launchId, { process: 'alive' });
    this.observer?.reported(launchId, null);
    this.observer?.changed(launchId);
  }

  /** The process of a launch ends. Its shim records that, unless it is gone. */
  exit(launchId: LaunchId, how: Pick<ProcessExit, 'code' | 'signal'>, now: number): void {
    const run = this.run(launchId);
    const isKnown = run.shim === 'alive';
    const exit = isKnown ? { ...how, at: now, isKnown } : { code: null, signal: null, at: now, isKnown };
    this.#end(run, exit);
    if (isKnown) this.#then(launchId, 'record');
    else this.observer?.changed(launchId);
  }

  /** The process and its shim are killed together: nobody records the end. */
  vanish(launchId: LaunchId, now: number): void {
    this.#forget(launchId);
    this.#end(this.run(launchId), { code: null, signal: null, at: now, isKnown: false });
    this.#change(launchId, { shim: 'gone' });
    this.observer?.changed(launchId);
  }

  #end({ launchId, isStopAsked, isProbeFailed }: Run, exit: ProcessExit): void {
    this.#change(launchId, { process: 'ended', exit, isSurprise: !isStopAsked });
    if (isStopAsked && !isProbeFailed) return;
    const live = this.runs().filter(({ process }) => process === 'alive');
    this.failures = [...this.failures, { launchId, beside: live.map((run) => run.launchId) }];
  }

  /** A probe of a live process fails. */
  failProbe(launchId: LaunchId): void {
    this.#change(launchId, { isProbeFailed: true });
  }

  /** The shim of a live process dies. */
  loseShim(launchId: LaunchId): void {
    this.#forget(launchId);
    this.#change(launchId, { shim: 'gone' });
    this.observer?.changed(launchId);
  }

  /** Nothing survives it but files. */
  reboot(now: number): void {
    this.#due = [];
    this.#boot += 1;
    for (const run of this.runs()) {
      const isUnrecorded = run.process === 'ended' && run.shim === 'alive' && run.record === null;
      const exit = { code: null, signal: null, at: now, isKnown: false };
      if (run.process === 'alive' || isUnrecorded) this.#change(run.launchId, { process: 'ended', exit });
      this.#change(run.launchId, { shim: 'gone', killAt: null });
    }
  }

  /** The next launches of a service are refused when they are executed. */
  refuse(serviceId: string, failures: readonly LaunchFailure[]): void {
    this.#refusals.set(serviceId, failures);
    this.version += 1;
  }

  /** When a grace period is over next; null: none is running. */
  get nextKillAt(): number | null {
    const open = this.runs().filter(({ process, killAt }) => process === 'alive' && killAt !== null);
    return open.length === 0 ? null : Math.min(...open.map(({ killAt }) => killAt!));
  }

  /** Kills what should have ended by now. */
  killDue(now: number, at: number): void {
    for (const run of this.runs()) {
      if (run.process === 'alive' && run.killAt !== null && run.killAt <= now)
        this.exit(run.launchId, { code: null, signal: 'SIGKILL' }, at);
    }
  }

  #then(launchId: LaunchId, step: ShimStep): void {
    this.#due = [...this.#due, { launchId, step }];
  }

  #forget(launchId: LaunchId): void {
    this.#due = this.#due.filter((due) => due.launchId !== launchId);
  }

  #change(launchId: LaunchId, change: Partial<Run>): void {
    this.#put({ ...this.run(launchId), ...change });
  }

  #put(run: Run): void {
    this.version += 1;
    this.#runs.set(run.launchId, run);
  }

  #complain({ serviceId, generation }: Run, what: string): void {
    this.wrong = [...this.wrong, `generation ${generation} of ${serviceId} ${what}`];
  }
}
