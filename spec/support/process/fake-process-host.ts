import {
  HERE,
  doubtOf,
  type Doubt,
  type ExitUsage,
  type Guarantees,
  type Launch,
  type LaunchFailure,
  type LaunchOutcome,
  type ProcessExit,
  type LaunchStatus,
} from '../../../lib/model/process.ts';
import type { NodeSignal, StopSpec } from '../../../lib/model/spec.ts';
import { parseLaunchId, type LaunchId, type ServiceId } from '../../../lib/model/values/ids.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { LaunchObserver, LaunchRequest, ProcessHost, Orphan } from '../../../lib/ports/process-host.ts';

/** How a fake process exits; by default with code 0. */
export interface FakeExit {
  readonly code?: number | null;
  readonly signal?: string | null;
  /** False: the exit was not observed. */
  readonly isKnown?: boolean;
  readonly usage?: ExitUsage;
}

/**
 * A ProcessHost without processes: the test decides when launches succeed, how processes exit and when stops complete.
 */
export interface FakeProcessHost extends ProcessHost {
  /** Why nothing can be launched now, which is a problem too; initially nothing. */
  inTheWay: readonly string[];
  /** All requests to launch(), in order, including refused ones. */
  readonly launches: readonly LaunchRequest[];
  /** All calls of stop(), in order. */
  readonly stops: readonly { readonly serviceId: ServiceId; readonly stop: StopSpec }[];
  /** All signals that reached a live process, in order. */
  readonly signals: readonly { readonly serviceId: ServiceId; readonly signal: NodeSignal }[];
  /** The result of survey(), whose live processes it adopts; fill it before. */
  readonly surveyed: Map<ServiceId, LaunchStatus>;
  /** The result of orphans(); fill it before. */
  readonly found: Orphan[];
  /** Ends the live main process of a service; observers are notified before it returns. Throws if there is none. */
  exit(serviceId: string, exit?: FakeExit): ProcessExit;
  /** The shim of the live process of a service dies; observers are notified before it returns. Throws if there is none. */
  loseShim(serviceId: string): void;
  /** From now on it is not known whether the live process of a service lives, or (null) it is again. Throws if there is none. */
  doubt(serviceId: string, doubt: Doubt | null): void;
  /** Refuses the next launch of a service; calls accumulate. Default: a permanent ENOENT. */
  refuseNext(serviceId: string, failure?: Partial<LaunchFailure>): void;
  /** From now on launches stay in progress until {@link releaseLaunches}. */
  holdLaunches(): void;
  releaseLaunches(): void;
  /** From now on stops stay in progress until {@link releaseStops}, or until exit() ends the process. */
  holdStops(): void;
  releaseStops(): void;
}

const GUARANTEES: Guarantees = {
  exactExit: true,
  treeComplete: true,
  losslessRotation: true,
  separateStreams: true,
  outputBuffer: null,
};
const STOPPED: LaunchFailure = {
  code: 'ESTOPPED',
  isPermanent: false,
  message: 'The launch was stopped before its program ran.',
};
const FROZEN: Clock = { now: () => 0, random: () => 0.5 };

/** Holds callers between hold() and release(). */
class Gate {
  #isClosed = false;
  #waiting: (() => void)[] = [];

  hold(): void {
    this.#isClosed = true;
  }

  release(): void {
    this.#isClosed = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Resolves when the gate is open, or early when `release` is called. */
  pass(): { readonly open: Promise<void>; readonly release: () => void } {
    if (!this.#isClosed) return { open: Promise.resolve(), release: () => undefined };
    let release = (): void => undefined;
    const open = new Promise<void>((resolve) => (release = resolve));
    this.#waiting.push(release);
    return { open, release };
  }
}

/** The state of one service in the fake. */
interface Slot {
  status: LaunchStatus | null;
  /** A launch in progress; `isRevoked` if a stop ended it. */
  pending: { isRevoked: boolean; release: () => void; readonly settled: Promise<void> } | null;
  /** A stop in progress. */
  stopping: { readonly done: Promise<ProcessExit | null>; release: () => void } | null;
  readonly refusals: LaunchFailure[];
}

class InMemoryProcessHost implements FakeProcessHost {
  inTheWay: readonly string[] = [];
  readonly launches: LaunchRequest[] = [];
  readonly stops: { readonly serviceId: ServiceId; readonly stop: StopSpec }[] = [];
  readonly signals: { readonly serviceId: ServiceId; readonly signal: NodeSignal }[] = [];
  readonly surveyed = new Map<ServiceId, LaunchStatus>();
  readonly found: Orphan[] = [];
  readonly #slots = new Map<string, Slot>();
  readonly #services = new Map<LaunchId, ServiceId>();
  readonly #observers = new Map<LaunchId, Set<LaunchObserver>>();
  readonly #exits = new Map<LaunchId, ProcessExit>();
  readonly #changed = new Set<LaunchId>();
  readonly #launchGate = new Gate();
  readonly #stopGate = new Gate();
  readonly #clock: Clock;
  #count: number;

  constructor(clock: Clock, earlier: number) {
    this.#clock = clock;
    this.#count = earlier;
  }

  survey(): Promise<ReadonlyMap<ServiceId, LaunchStatus>> {
    for (const [serviceId, status] of this.surveyed) {
      this.#slot(serviceId).status = status;
      if (status.status === 'alive') this.#services.set(status.launch.launchId, serviceId);
      if (status.status === 'exited') this.#exits.set(status.launchId, status.exit);
    }
    return Promise.resolve(new Map(this.surveyed));
  }

  problems(): readonly string[] {
    return this.inTheWay;
  }

  obstacles(): readonly string[] {
    return this.inTheWay;
  }

  heldOrphans(): readonly Orphan[] {
    return this.orphans().filter(({ fate }) => fate === 'reported');
  }

  orphans(): readonly Orphan[] {
    return this.found;
  }

  status(serviceId: ServiceId): LaunchStatus | null {
    return this.#slots.get(serviceId)?.status ?? null;
  }

  async launch(asked: LaunchRequest): Promise<LaunchOutcome> {
    const slot = this.#slot(asked.serviceId);
    const generation = Math.max(asked.generation, (slot.status?.generation ?? 0) + 1);
    const request = { ...asked, generation };
    this.launches.push(request);
    if (slot.pending !== null || (slot.status?.status === 'alive' && slot.stopping === null)) {
      return refused(request, 'EALIVE', `A process of service "${request.serviceId}" is already running.`);
    }
    const gate = this.#launchGate.pass();
    let settle = (): void => undefined;
    const pending = {
      isRevoked: false,
      release: gate.release,
      settled: new Promise<void>((resolve) => (settle = resolve)),
    };
    slot.pending = pending;
    if (slot.stopping !== null) await slot.stopping.done;
    await gate.open;
    const outcome = this.#comeUp(request, slot, pending.isRevoked);
    slot.pending = null;
    settle();
    return outcome;
  }

  #comeUp(request: LaunchRequest, slot: Slot, isRevoked: boolean): LaunchOutcome {
    this.#count += 1;
    const launchId = parseLaunchId(this.#count.toString(16).padStart(32, '0'));
    const refusal = isRevoked ? STOPPED : slot.refusals.shift();
    if (refusal !== undefined) {
      slot.status = { status: 'revoked', generation: request.generation, launchId };
      return { type: 'refused', generation: request.generation, failure: refusal };
    }
    const { serviceId, generation, executablePath, version } = request;
    const who = { pid: 100_000 + this.#count, startTime: String(this.#count), ...HERE, launchedAt: this.#clock.now() };
    const launch = { launchId, serviceId, generation, ...who, executablePath, version, guarantees: GUARANTEES };
    slot.status = { status: 'alive', generation, launch };
    this.#services.set(launchId, serviceId);
    return { type: 'launched', launch };
  }

  observe(launchId: LaunchId, observer: LaunchObserver): () => void {
    const isLive = this.#living(launchId) !== null;
    const observers = this.#observers.get(launchId) ?? new Set();
    const own: LaunchObserver = {
      exited: (exit) => {
        observer.exited(exit);
      },
      changed: (launch) => observer.changed?.(launch),
    };
    observers.add(own);
    this.#observers.set(launchId, observers);
    if (this.#changed.has(launchId)) {
      queueMicrotask(() => {
        const launch = this.#living(launchId);
        if (launch !== null && observers.has(own)) own.changed?.(launch);
      });
    }
    if (!isLive) {
      const exit = this.#exits.get(launchId) ?? { code: null, signal: null, at: this.#clock.now(), isKnown: false };
      queueMicrotask(() => {
        this.#notify(own, observers, exit);
      });
    }
    return () => void observers.delete(own);
  }

  #notify(observer: LaunchObserver, observers: Set<LaunchObserver>, exit: ProcessExit): void {
    if (observers.delete(observer)) observer.exited(exit);
  }

  exit(serviceId: string, how: FakeExit = {}): ProcessExit {
    const slot = this.#slot(serviceId);
    if (slot.status?.status !== 'alive') throw new Error(`No process of service "${serviceId}" is alive.`);
    const { launch, generation } = slot.status;
    const isKnown = how.isKnown ?? true;
    const signal = how.signal ?? null;
    const code = signal !== null || !isKnown ? null : (how.code ?? 0);
    const exit: ProcessExit = { code, signal, at: this.#clock.now(), isKnown, ...usageOf(how) };
    slot.status = { status: 'exited', generation, launchId: launch.launchId, exit };
    this.#exits.set(launch.launchId, exit);
    const observers = this.#observers.get(launch.launchId) ?? new Set();
    for (const observer of [...observers]) this.#notify(observer, observers, exit);
    slot.stopping?.release();
    return exit;
  }

  loseShim(serviceId: string): void {
    const slot = this.#slot(serviceId);
    if (slot.status?.status !== 'alive') throw new Error(`No process of the service "${serviceId}" lives.`);
    const guarantees = { ...slot.status.launch.guarantees, exactExit: false, treeComplete: false };
    const launch = { ...slot.status.launch, guarantees };
    slot.status = { ...slot.status, launch };
    this.#changed.add(launch.launchId);
    for (const observer of [...(this.#observers.get(launch.launchId) ?? [])]) observer.changed?.(launch);
  }

  doubt(serviceId: string, doubt: Doubt | null): void {
    const slot = this.#slot(serviceId);
    if (slot.status?.status !== 'alive') throw new Error(`No process of service "${serviceId}" is alive.`);
    const { status, generation, launch } = slot.status;
    slot.status = { status, generation, launch, ...(doubt === null ? {} : { doubt }) };
  }

  async stop(serviceId: ServiceId, stop: StopSpec): Promise<ProcessExit | null> {
    this.stops.push({ serviceId, stop });
    const slot = this.#slot(serviceId);
    const pending = slot.pending;
    if (pending !== null) {
      pending.isRevoked = true;
      pending.release();
    }
    const exit = await (slot.stopping ?? this.#beginStop(slot, serviceId, stop)).done;
    await pending?.settled;
    return exit;
  }

  #beginStop(slot: Slot, serviceId: ServiceId, stop: StopSpec): NonNullable<Slot['stopping']> {
    if (slot.status?.status !== 'alive') return { done: Promise.resolve(null), release: () => undefined };
    const { launchId } = slot.status.launch;
    const gate = this.#stopGate.pass();
    const done = gate.open.then(() => {
      slot.stopping = null;
      return this.#exits.get(launchId) ?? this.exit(serviceId, { signal: stop.signal });
    });
    slot.stopping = { done, release: gate.release };
    return slot.stopping;
  }

  signal(serviceId: ServiceId, signal: NodeSignal): Promise<boolean> {
    const isLive = this.#slots.get(serviceId)?.status?.status === 'alive';
    if (isLive) this.signals.push({ serviceId, signal });
    return Promise.resolve(isLive);
  }

  doubts(): ReadonlyMap<ServiceId, Doubt> {
    const doubts = new Map<ServiceId, Doubt>();
    for (const [serviceId, { status }] of this.#slots) {
      const doubt = doubtOf(status);
      if (doubt !== null) doubts.set(serviceId as ServiceId, doubt);
    }
    return doubts;
  }

  #living(launchId: LaunchId): Launch | null {
    const status = this.#slots.get(this.#services.get(launchId) ?? '')?.status;
    return status?.status === 'alive' && status.launch.launchId === launchId ? status.launch : null;
  }

  live(): readonly Launch[] {
    return [...this.#slots.values()].flatMap(({ status }) => (status?.status === 'alive' ? [status.launch] : []));
  }

  close(): Promise<void> {
    this.#observers.clear();
    return Promise.resolve();
  }

  refuseNext(serviceId: string, failure: Partial<LaunchFailure> = {}): void {
    const message = failure.message ?? `The program of the service "${serviceId}" does not exist.`;
    this.#slot(serviceId).refusals.push({ code: 'ENOENT', isPermanent: true, ...failure, message });
  }

  holdLaunches(): void {
    this.#launchGate.hold();
  }

  releaseLaunches(): void {
    this.#launchGate.release();
  }

  holdStops(): void {
    this.#stopGate.hold();
  }

  releaseStops(): void {
    this.#stopGate.release();
  }

  #slot(serviceId: string): Slot {
    const slot = this.#slots.get(serviceId) ?? { status: null, pending: null, stopping: null, refusals: [] };
    this.#slots.set(serviceId, slot);
    return slot;
  }
}

function refused(request: LaunchRequest, code: string, message: string): LaunchOutcome {
  return { type: 'refused', generation: request.generation, failure: { code, isPermanent: false, message } };
}

/**
 * A new fake; by default its clock is fixed at the epoch. `earlier`: the number of earlier launches, so that no launch
 * id is used twice.
 */
export function fakeProcessHost(clock: Clock = FROZEN, earlier = 0): FakeProcessHost {
  return new InMemoryProcessHost(clock, earlier);
}

function usageOf({ usage }: FakeExit): Pick<ProcessExit, 'usage'> {
  return usage === undefined ? {} : { usage };
}
