import type { AnyMachineSnapshot, InspectionEvent } from 'xstate';
import { serviceRef } from '../../../lib/control/actors.ts';
import { Health } from '../../../lib/control/health/health.ts';
import type { HostPorts } from '../../../lib/control/host-ports.ts';
import type { OpenControl } from '../../../lib/control/control.ts';
import { Host } from '../../../lib/control/host.ts';
import { actorPorts, openRuntime } from '../../../lib/control/open-control.ts';
import { recover } from '../../../lib/control/recovery/recovery.ts';
import { causeOf } from '../../../lib/model/causes.ts';
import { isBlameless, type LaunchOutcome, type LaunchStatus } from '../../../lib/model/process.ts';
import { parseLaunchId } from '../../../lib/model/values/ids.ts';
import type { LaunchRequest } from '../../../lib/ports/process-host.ts';
import { pathOf } from '../actors/actor-world.ts';
import { NO_LOGS, untilDeath } from '../control/control-world.ts';
import { filesUntilDeath, MemoryFiles } from '../control/memory-files.ts';
import { NO_USAGE } from '../control/no-usage.ts';
import { FakeProber } from '../probe/fake-prober.ts';
import { fakeProcessHost, type FakeProcessHost } from '../process/fake-process-host.ts';
import { MemoryPortRegistry } from '../store/memory-port-registry.ts';
import { memoryStore } from '../store/memory-store.ts';
import { MemoryLaunchHistory } from '../store/memory-launch-history.ts';
import { CURRENT, GUARANTEES, HostWorld, MACHINE, SILENT, WalkTimers } from './host-world.ts';
import type { Plant } from './walk-plant.ts';
import { grownSeries, wrongWithSeries, type SeriesLaunch } from './walk-rules.ts';

/** The observed (state, event) pairs, by machine. */
export interface Coverage {
  readonly service: Set<string>;
  readonly agent: Set<string>;
}

/** A host on a store that outlives it, and on processes that do what the walk says. */
export class WalkWorld extends HostWorld {
  readonly store = memoryStore();
  readonly coverage: Coverage;
  readonly brokenStops = new Set<string>();
  readonly files = new MemoryFiles();
  processes: FakeProcessHost;
  #life = new AbortController();
  #generations = new Map<string, number>();
  #launches = 0;

  constructor(plant: Plant, coverage: Coverage) {
    super(plant);
    this.coverage = coverage;
    this.processes = this.#newProcesses(new Map());
  }

  protected lifeCheck(): () => boolean {
    const life = this.#life.signal;
    return () => life.aborted;
  }

  async boot(): Promise<void> {
    const { timers, clock, processes, prober } = this;
    this.#life = new AbortController();
    const life = this.#life.signal;
    const specs = this.specs();
    const health = new Health(clock, SILENT);
    health.include(() => (this.obstacle === null ? [] : [this.obstacle]), { areObstacles: true });
    const ports: HostPorts = {
      ...{ store: this.#counted(untilDeath(this.store, life)), specs, processes, catalog: this.catalog, prober },
      portRegistry: new MemoryPortRegistry(),
      ...{
        logs: NO_LOGS,
        launches: new MemoryLaunchHistory(),
        configurations: this.store.configurations,
        usage: NO_USAGE,
        health,
        clock,
        timers,
        log: SILENT,
      },
      identity: { name: 'Plant 7', processId: 1, version: '0.0.0', guarantees: GUARANTEES },
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
    const host = new Host(runtime);
    this.host = host;
    // A host that is killed while it waits for a service to end never becomes ready.
    void this.answered('come up', host.start());
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
  command(name: string, run: (host: OpenControl) => Promise<unknown>): void {
    if (this.host !== null) void this.answered(name, run(this.host));
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

  #newProcesses(status: ReadonlyMap<LaunchRequest['serviceId'], LaunchStatus>): FakeProcessHost {
    const processes = fakeProcessHost(this.clock, this.#launches);
    for (const [serviceId, known] of status) processes.surveyed.set(serviceId, known);
    const launch = processes.launch.bind(processes);
    const stop = processes.stop.bind(processes);
    processes.launch = async (request) => {
      if (this.processes !== processes) return new Promise(() => undefined); // the calling host is dead
      this.activity += 1;
      const { serviceId } = request;
      this.launching.set(serviceId, request);
      const context = this.root === null ? undefined : serviceRef(this.root, serviceId)?.getSnapshot().context;
      if (context?.intended === 'stopped') this.violations.push(`${serviceId} is launched unasked`);
      if (this.obstacle !== null) this.violations.push(`${serviceId} is launched although nothing can be`);
      const outcome = await launch(request);
      if (this.processes !== processes) return new Promise(() => undefined); // the calling host is dead
      this.activity += 1;
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
      this.activity += 1;
      if (this.brokenStops.delete(serviceId)) throw new Error('the tree cannot be inspected');
      const exit = await stop(serviceId, how);
      this.activity += 1;
      return exit;
    };
    return processes;
  }

  #counted(store: ReturnType<typeof untilDeath>): ReturnType<typeof untilDeath> {
    return {
      ...store,
      commitActors: (commit) => {
        this.activity += 1;
        return store.commitActors(commit);
      },
      commitIntentions: (commit) => {
        this.activity += 1;
        return store.commitIntentions(commit);
      },
    };
  }

  /** What was launched in the series of each service: since something else than its policy last decided about it. */
  readonly #series = new Map<string, SeriesLaunch[]>();

  #noteLaunch({ serviceId, executablePath }: LaunchRequest, outcome: LaunchOutcome): void {
    const isCounted =
      outcome.type === 'launched' || !(isBlameless(outcome.failure) || outcome.failure.code === 'ESTOPPED');
    const now = this.root === null ? undefined : serviceRef(this.root, serviceId)?.getSnapshot();
    // A stop has overtaken the launch: what follows is decided by whoever asked for the stop.
    if (!isCounted || now?.matches({ starting: 'launching' }) !== true) return;
    const { restart } = now.context.spec;
    const pin = now.context.pin?.version ?? null;
    if (outcome.type === 'launched' && pin !== null && outcome.launch.version !== pin)
      this.violations.push(
        `${serviceId}: ${outcome.launch.version ?? 'no version'} is launched, but it is pinned to ${pin}`,
      );
    const isRefusedForGood = outcome.type === 'refused' && outcome.failure.isPermanent;
    const launch = { at: this.timers.now, file: executablePath, isUp: outcome.type === 'launched', isRefusedForGood };
    const series = grownSeries(this.#series.get(serviceId) ?? [], launch, restart);
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
    [
      'service.hold',
      'service.start',
      'service.restart',
      'service.configure',
      'service.pin',
      'service.restart_with_group',
    ].includes(type)
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
