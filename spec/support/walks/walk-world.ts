import type { AnyMachineSnapshot, InspectionEvent } from 'xstate';
import type { ServicePorts } from '../../../lib/actors/service/effects.ts';
import { createSupervisorMachine } from '../../../lib/actors/supervisor/machine.ts';
import { agentRef, agentRefs, serviceRef, serviceRefs, type SupervisorRef } from '../../../lib/control/actors.ts';
import { Health } from '../../../lib/control/health/health.ts';
import type { HostPorts } from '../../../lib/control/host-ports.ts';
import { Host } from '../../../lib/control/host.ts';
import { Intentions } from '../../../lib/control/intentions.ts';
import { actorPorts, openRuntime } from '../../../lib/control/open-control.ts';
import { recover } from '../../../lib/control/recovery/recovery.ts';
import { causeOf } from '../../../lib/model/causes.ts';
import {
  ActorSetAsideError,
  AgentConflictError,
  AgentNotFoundError,
  CoreioHeldError,
  HostClosingError,
  ServiceConflictError,
  ServiceHeldError,
  ServiceNotAliveError,
  ServiceNotFoundError,
  ServiceUnheldError,
} from '../../../lib/model/errors.ts';
import { isBlameless, type Executable, type LaunchOutcome, type LaunchStatus } from '../../../lib/model/process.ts';
import { parseLaunchId } from '../../../lib/model/values/ids.ts';
import type { Catalog, ExecutableQuery } from '../../../lib/ports/catalog.ts';
import type { Clock, Timers } from '../../../lib/ports/clock.ts';
import type { Log } from '../../../lib/ports/log.ts';
import type { LaunchRequest } from '../../../lib/ports/process-host.ts';
import type { SpecSource } from '../../../lib/ports/spec-source.ts';
import { pathOf } from '../actors/actor-world.ts';
import { NO_LOGS, untilDeath } from '../control/control-world.ts';
import { filesUntilDeath, MemoryFiles } from '../control/memory-files.ts';
import { NO_USAGE } from '../control/no-usage.ts';
import { FakeProber } from '../probe/fake-prober.ts';
import { fakeProcessHost, type FakeProcessHost } from '../process/fake-process-host.ts';
import { MemoryPortRegistry } from '../store/memory-port-registry.ts';
import { memoryStore } from '../store/memory-store.ts';
import { ioOf, planOf, telemetryOf, type Plant } from './walk-plant.ts';
import { wrongWithSeries, type SeriesLaunch } from './walk-rules.ts';

const EPOCH = 1_700_000_000_000;
const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const GUARANTEES = { exactExit: true, treeComplete: true, losslessRotation: true };

/** The errors with which a command may be rejected in any walk. */
const REFUSALS = [
  ActorSetAsideError,
  AgentConflictError,
  AgentNotFoundError,
  CoreioHeldError,
  HostClosingError,
  ServiceConflictError,
  ServiceHeldError,
  ServiceNotAliveError,
  ServiceNotFoundError,
  ServiceUnheldError,
] as const;

/** The ports of the current host; one walk at a time. */
const CURRENT = {} as ServicePorts & { clock: Clock }; // filled by boot()

/** A port whose calls go to that of the current host. */
function currentPort<Name extends keyof typeof CURRENT>(name: Name): (typeof CURRENT)[Name] {
  const target = {} as (typeof CURRENT)[Name]; // never used itself
  return new Proxy(target, {
    get: (_, key) => {
      const port = CURRENT[name];
      const member: unknown = Reflect.get(port, key);
      return typeof member === 'function' ? (member.bind(port) as unknown) : member;
    },
  });
}

/** Building the machines costs more than most walks, so all walks share them. */
export const MACHINE = createSupervisorMachine(
  { processes: currentPort('processes'), catalog: currentPort('catalog'), prober: currentPort('prober') },
  { now: () => CURRENT.clock.now(), random: () => CURRENT.clock.random() },
);

/**
 * Timers on a clock that is advanced explicitly: each fires at its own time, and its consequences happen before the
 * next one.
 */
export class WalkTimers implements Timers {
  readonly #pending = new Map<number, { readonly dueAt: number; readonly wake: () => void }>();
  #count = 0;
  now = 0;

  setTimeout(wake: () => void, ms: number): number {
    this.#count += 1;
    this.#pending.set(this.#count, { dueAt: this.now + ms, wake });
    return this.#count;
  }

  clearTimeout(timer: unknown): void {
    this.#pending.delete(timer as number); // returned by setTimeout above
  }

  /** Fires the first timer that is due by `until`, at its time; false: there is none. */
  fireNext(until: number): boolean {
    let first: [number, { readonly dueAt: number; readonly wake: () => void }] | null = null;
    for (const entry of this.#pending) {
      if (entry[1].dueAt <= until && (first === null || entry[1].dueAt < first[1].dueAt)) first = entry;
    }
    if (first === null) return false;
    this.#pending.delete(first[0]);
    this.now = Math.max(this.now, first[1].dueAt);
    first[1].wake();
    return true;
  }
}

/** The files of a folder; like the real catalog, it searches again as long as a caller waits. */
class WalkCatalog implements Catalog {
  /** Newest last. */
  files: readonly Executable[] = [fileOf(1)];
  #waiting: {
    readonly query: ExecutableQuery;
    readonly refused: string | null;
    readonly resolve: (one: Executable) => void;
  }[] = [];

  #best({ fallback }: ExecutableQuery): Executable | null {
    const best = this.files.at(-1) ?? null;
    if (best === null || fallback?.rejected !== best.fingerprint) return best;
    return this.files.find(({ path }) => path === fallback.lastGoodPath) ?? this.files.at(-2) ?? best;
  }

  choose(query: ExecutableQuery): ReturnType<Catalog['choose']> {
    const executable = this.#best(query);
    if (executable !== null) return Promise.resolve({ type: 'found', executable });
    return Promise.resolve({ type: 'missing', reason: `No executable "${query.executable}" was found.` });
  }

  awaitOther(query: ExecutableQuery, refused: string | null, signal: AbortSignal): Promise<Executable> {
    return new Promise((resolve, reject) => {
      const waiting = { query, refused, resolve };
      this.#waiting.push(waiting);
      signal.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        reject(new Error('aborted'));
      });
      this.look();
    });
  }

  /** The waiting callers are dead. */
  forgetWaiting(): void {
    this.#waiting = [];
  }

  /** Done by the real one about once per second. */
  look(): void {
    for (const waiting of [...this.#waiting]) {
      const found = this.#best(waiting.query);
      if (found === null || found.fingerprint === waiting.refused) continue;
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      waiting.resolve(found);
    }
  }
}

/** A file that discovery finds. */
export function fileOf(version: number): Executable {
  return { path: `/plant/program-${version}.0.0`, version: `${version}.0.0`, fingerprint: String(version) };
}

/** The observed (state, event) pairs, by machine. */
export interface Coverage {
  readonly service: Set<string>;
  readonly agent: Set<string>;
}

/**
 * A complete host on fakes for its outer edges: real commands, recorder, recovery and statecharts on one store that
 * outlives it. Forbidden events are recorded in `violations`.
 */
export class WalkWorld {
  readonly store = memoryStore();
  readonly catalog = new WalkCatalog();
  readonly coverage: Coverage;
  readonly violations: string[] = [];
  /** Commands without a response. */
  readonly unanswered = new Set<string>();
  plant: Plant;
  timers = new WalkTimers();
  /** From now on every probe passes immediately. */
  isFair = false;
  /** The offset of the wall clock. */
  offset = 0;
  prober = new FakeProber();
  processes: FakeProcessHost;
  root: SupervisorRef | null = null;
  intentions = new Intentions([]);
  host: Host | null = null;
  /** Launches in progress, by service. */
  readonly launching = new Map<string, LaunchRequest>();
  isHoldingLaunches = false;
  isHoldingStops = false;
  readonly brokenStops = new Set<string>();
  readonly crashes = new Map<string, number>();
  readonly clock: Clock = { now: () => EPOCH + this.timers.now + this.offset, random: () => 0.5 };
  readonly files = new MemoryFiles();
  readonly #passed = new Set<object>();
  #life = new AbortController();
  #generations = new Map<string, number>();
  #launches = 0;
  #activity = 0;

  constructor(plant: Plant, coverage: Coverage) {
    this.plant = plant;
    this.coverage = coverage;
    this.processes = this.#newProcesses(new Map());
  }

  async boot(): Promise<void> {
    const { timers, clock, processes, prober } = this;
    this.#life = new AbortController();
    const life = this.#life.signal;
    const specs = this.#specs();
    const ports: HostPorts = {
      ...{ store: this.#counted(untilDeath(this.store, life)), specs, processes, catalog: this.catalog, prober },
      portRegistry: new MemoryPortRegistry(),
      ...{ logs: NO_LOGS, usage: NO_USAGE, health: new Health(clock, SILENT), clock, timers, log: SILENT },
      identity: { processId: 1, version: '0.0.0', guarantees: GUARANTEES },
      files: filesUntilDeath(this.files, life),
    };
    const { base, rows } = await openRuntime(ports);
    const { recorder, intentions } = base;
    const { inspect } = recorder;
    Object.assign(recorder, {
      inspect: (event: InspectionEvent) => {
        if (life.aborted) return; // a killed host writes nothing
        this.#cover(event);
        inspect(event);
      },
    });
    Object.assign(CURRENT, { ...actorPorts(base), clock });
    const runtime = await recover(base, rows, MACHINE);
    this.root = runtime.root;
    this.intentions = intentions;
    this.host = new Host(runtime);
    // A host that is killed while it waits for a service to end never becomes ready.
    void this.#answered('come up', this.host.start());
    await this.settle();
  }

  /** The timers and effects of the dead host are gone, unwritten changes are lost, processes keep running. */
  async kill(downMs: number, isLaunched: boolean, meanwhile: (processes: FakeProcessHost) => void): Promise<void> {
    const old = this.processes;
    this.#life.abort();
    this.root?.stop();
    this.root = null;
    this.host = null;
    this.unanswered.clear();
    void old.close();
    const lost = new Map(this.launching);
    this.launching.clear();
    if (isLaunched) {
      old.releaseLaunches();
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    }
    meanwhile(old);
    const status = new Map<LaunchRequest['serviceId'], LaunchStatus>();
    for (const serviceId of new Set([...old.surveyed.keys(), ...old.launches.map((launch) => launch.serviceId)])) {
      const known = old.status(serviceId);
      const pending = lost.has(serviceId) ? old.launches.findLast((one) => one.serviceId === serviceId) : undefined;
      if (known !== null) status.set(serviceId, known);
      if (pending === undefined || known?.generation === pending.generation) continue;
      this.#launches += 1;
      const launchId = parseLaunchId(this.#launches.toString(16).padStart(32, 'f'));
      status.set(serviceId, { status: 'revoked', generation: pending.generation, launchId });
    }
    for (const [serviceId, { generation }] of status) {
      this.#generations.set(serviceId, Math.max(generation, this.#generations.get(serviceId) ?? 0));
    }
    const now = this.timers.now + downMs;
    this.timers = new WalkTimers();
    this.timers.now = now;
    this.prober = new FakeProber();
    this.catalog.forgetWaiting();
    this.isHoldingLaunches = false;
    this.isHoldingStops = false;
    this.#launches += old.launches.length;
    this.crashes.clear();
    this.processes = this.#newProcesses(status);
    await this.boot();
  }

  /** Executes a command; an expected rejection is not a violation. */
  command(name: string, run: (host: Host) => Promise<unknown>): void {
    if (this.host !== null) void this.#answered(name, run(this.host));
  }

  async #answered(name: string, answer: Promise<unknown>): Promise<void> {
    const life = this.#life.signal;
    const key = `${name} (${this.#activity})`;
    this.unanswered.add(key);
    try {
      await answer;
    } catch (error) {
      if (!life.aborted && !REFUSALS.some((refusal) => error instanceof refusal)) {
        this.violations.push(`${name} was refused with ${String(error)}`);
      }
    }
    if (!life.aborted) this.unanswered.delete(key);
  }

  /** Shuts down in an orderly way, and starts another host. */
  async leave(mode: 'detach' | 'drain'): Promise<void> {
    const { host } = this;
    if (host === null) return;
    const answer = { isGiven: false };
    void host.close(mode).then(() => (answer.isGiven = true));
    await this.settle();
    if (!answer.isGiven) this.releaseAll(); // a drain waits for stops
    for (let turn = 0; turn < 20 && !answer.isGiven; turn += 1) await this.pass(1_000);
    if (!answer.isGiven) this.violations.push(`the host does not leave (${mode})`);
    if (mode === 'drain' && this.processes.live().length > 0) this.violations.push('a drain left a process behind');
    await this.kill(0, false, () => undefined);
  }

  releaseAll(): void {
    this.isHoldingLaunches = false;
    this.isHoldingStops = false;
    this.processes.releaseLaunches();
    this.processes.releaseStops();
  }

  /** Lets everything happen that needs no time: until a whole turn of the event loop has made no call of a port. */
  async settle(): Promise<void> {
    let before: number;
    do {
      before = this.#activity;
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#activity !== before);
  }

  /** Lets time pass, one timer after the other. */
  async pass(ms: number): Promise<void> {
    const until = this.timers.now + ms;
    while (this.timers.fireNext(until)) {
      await this.settle();
      this.catalog.look();
      if (this.isFair) await this.passProbes();
    }
    this.timers.now = until;
    this.catalog.look();
    await this.settle();
  }

  /** Lets every watched probe pass. */
  async passProbes(): Promise<void> {
    let count: number;
    do {
      const { watches } = this.prober;
      count = this.#passed.size;
      for (const watch of watches) {
        if (watch.kind === 'liveness' || this.#passed.has(watch)) continue;
        this.#passed.add(watch);
        if (this.prober.watches.includes(watch)) this.prober.pass(watch.serviceId, watch.kind);
      }
      if (this.#passed.size !== count) await this.settle();
    } while (this.#passed.size !== count);
  }

  get services() {
    return this.root === null ? [] : serviceRefs(this.root);
  }

  get agents() {
    return this.root === null ? [] : agentRefs(this.root);
  }

  /** Sends an actor an event that makes it throw. */
  break(actor: string): void {
    const [kind, id] = actor.split(':') as ['service' | 'agent', string]; // of an actor id
    if (this.root === null) return;
    const ref = kind === 'service' ? serviceRef(this.root, id) : agentRef(this.root, id);
    if (ref === undefined || (kind === 'agent' && this.#isDrained(id))) return;
    this.crashes.set(actor, (this.crashes.get(actor) ?? 0) + 1);
    ref.send({ type: 'service.changed', report: null as never });
  }

  #isDrained(id: string): boolean {
    return (
      this.root !== null && pathOf(agentRef(this.root, id)?.getSnapshot().value ?? 'stopped') === 'stopped.drained'
    );
  }

  #newProcesses(status: ReadonlyMap<LaunchRequest['serviceId'], LaunchStatus>): FakeProcessHost {
    const processes = fakeProcessHost(this.clock, this.#launches);
    for (const [serviceId, known] of status) processes.surveyed.set(serviceId, known);
    const launch = processes.launch.bind(processes);
    const stop = processes.stop.bind(processes);
    processes.launch = async (request) => {
      if (this.processes !== processes) return new Promise(() => undefined); // the calling host is dead
      this.#activity += 1;
      const { serviceId } = request;
      this.launching.set(serviceId, request);
      const context = this.root === null ? undefined : serviceRef(this.root, serviceId)?.getSnapshot().context;
      if (context?.intended === 'stopped') this.violations.push(`${serviceId} is launched unasked`);
      const outcome = await launch(request);
      if (this.processes !== processes) return new Promise(() => undefined); // the calling host is dead
      this.#activity += 1;
      this.launching.delete(serviceId);
      this.#noteLaunch(request, outcome);
      if (outcome.type === 'refused') {
        if (outcome.failure.code === 'EALIVE') this.violations.push(`${serviceId} is launched beside a live process`);
        return outcome;
      }
      const last = this.#generations.get(serviceId) ?? 0;
      const { generation } = outcome.launch;
      if (generation <= last) this.violations.push(`${serviceId} goes from generation ${last} to ${generation}`);
      this.#generations.set(serviceId, generation);
      return outcome;
    };
    processes.stop = async (serviceId, how) => {
      this.#activity += 1;
      if (this.brokenStops.delete(serviceId)) throw new Error('the tree cannot be inspected');
      const exit = await stop(serviceId, how);
      this.#activity += 1;
      return exit;
    };
    return processes;
  }

  #counted(store: ReturnType<typeof untilDeath>): ReturnType<typeof untilDeath> {
    return {
      ...store,
      commitActors: (commit) => {
        this.#activity += 1;
        return store.commitActors(commit);
      },
      commitIntentions: (commit) => {
        this.#activity += 1;
        return store.commitIntentions(commit);
      },
    };
  }

  #specs(): SpecSource {
    const specs: SpecSource = {
      planAgent: ({ agentId }) => Promise.resolve(planOf(this.plant, agentId === 'a' ? 0 : 1)),
      planIo: () => Promise.resolve(ioOf(this.plant)),
      hostServices: () => {
        const { hasHost, isAutostarted } = this.plant;
        return Promise.resolve(hasHost ? [{ spec: telemetryOf(this.plant), isAutostarted }] : []);
      },
      webhooks: () => [],
      reread: () => Promise.resolve(specs),
    };
    return specs;
  }

  /** What was launched in the series of each service: since something else than its policy last decided about it. */
  readonly #series = new Map<string, SeriesLaunch[]>();

  #noteLaunch({ serviceId, executablePath }: LaunchRequest, outcome: LaunchOutcome): void {
    const isCounted =
      outcome.type === 'launched' || !(isBlameless(outcome.failure) || outcome.failure.code === 'ESTOPPED');
    const context = this.root === null ? undefined : serviceRef(this.root, serviceId)?.getSnapshot().context;
    if (!isCounted || context === undefined) return;
    const at = this.timers.now;
    const { restart } = context.spec;
    const before = this.#series.get(serviceId) ?? [];
    // What ran that long was stable, and what comes after it is a new series.
    const isNew = at - (before.at(-1)?.at ?? at) >= restart.backoff.resetAfterMs;
    const series = [...(isNew ? [] : before), { at, file: executablePath, isUp: outcome.type === 'launched' }];
    this.#series.set(serviceId, series);
    const wrong = wrongWithSeries(series, restart);
    if (wrong !== null) this.violations.push(`${serviceId}: ${wrong}`);
  }

  /** Files or the clock are others now: what follows is a new series of every service. */
  endSeries(): void {
    this.#series.clear();
  }

  readonly #paths = new WeakMap<object, string>();

  #cover(event: InspectionEvent): void {
    if (event.type !== '@xstate.snapshot') return;
    const ref = event.actorRef as { readonly src?: unknown }; // always an actor
    const { src } = ref;
    if (src !== 'service' && src !== 'agent') return;
    const snapshot = event.snapshot as AnyMachineSnapshot; // of those machines
    const path = pathOf(snapshot.value);
    const before = this.#paths.get(ref);
    if (before !== undefined) this.coverage[src].add(`${before} ${wordOf(event.event)}`);
    const { context } = snapshot as { readonly context: { readonly spec?: { readonly id: string } } }; // likewise
    if (src === 'service' && isDecidedByOthers(event.event.type)) this.#series.delete(context.spec?.id ?? '');
    this.#paths.set(ref, path);
    this.coverage[src].add(path);
  }
}

/** Whether an event lets a service be launched that its restart policy has not decided about. */
function isDecidedByOthers(type: string): boolean {
  return (
    /^(resume\.|host\.|supervisor\.)/.test(type) ||
    ['service.hold', 'service.start', 'service.restart', 'service.configure', 'service.restart_with_group'].includes(
      type,
    )
  );
}

function wordOf(event: { readonly type: string }): string {
  const cause = causeOf(event.type) ?? event.type;
  if ('probe' in event) return `${cause} ${String(event.probe)}`;
  if (cause !== 'host.resume') return cause;
  const { intended, status } = event as {
    readonly intended: string;
    readonly status?: LaunchStatus | null;
  } & typeof event;
  return `${cause} ${intended} ${status?.status ?? 'none'}`;
}

/** Where a walk ended, for comparing two: states, generations and the journal. */
export function endOf(world: WalkWorld): unknown {
  return {
    services: world.services.map((ref) => {
      const { value, context } = ref.getSnapshot();
      return [context.spec.id, pathOf(value), context.generation, context.restarts, context.lastExit];
    }),
    agents: world.agents.map((ref) => [ref.id, pathOf(ref.getSnapshot().value)]),
    journal: world.store.journal.map(({ type, serviceId, from, to, at }) => [type, serviceId, from, to, at]),
  };
}
