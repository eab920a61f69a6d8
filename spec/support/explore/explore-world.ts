import { Health } from '../../../lib/control/health/health.ts';
import { ObservedProcessHost } from '../../../lib/control/health/observed-process-host.ts';
import type { FoundState, HostPorts } from '../../../lib/control/host-ports.ts';
import { actorPorts, openControl } from '../../../lib/control/open-control.ts';
import type { ExitMode } from '../../../lib/control/control.ts';
import type { Executable } from '../../../lib/model/process.ts';
import type { LaunchId } from '../../../lib/model/values/ids.ts';
import type { OrphanPolicy } from '../../../lib/ports/process-host.ts';
import type { OpenWebhooks } from '../../../lib/ports/webhooks.ts';
import { openWebhooks } from '../../../lib/webhook/webhooks.ts';
import type { MemoryFiles } from '../control/memory-files.ts';
import { NO_LOGS, NO_PROCESS_METER } from '../control/control-world.ts';
import { NO_USAGE } from '../control/no-usage.ts';
import type { MemoryLedger } from '../store/memory-ledger.ts';
import type { MemoryPortRegistry } from '../store/memory-port-registry.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import type { MemoryWebhookRegistry } from '../store/memory-webhook-registry.ts';
import { CURRENT, GUARANTEES, HostWorld, MACHINE, SILENT } from '../walks/host-world.ts';
import type { CommandStep } from '../walks/walk-commands.ts';
import { AGENTS, planOf, type Plant } from '../walks/walk-plant.ts';
import { edited } from '../walks/walk-steps.ts';
import { MemoryLaunchHistory } from '../store/memory-launch-history.ts';
import type { Client, Given } from './client.ts';
import { MachineProcessHost } from './machine-process-host.ts';
import type { Machine } from './machine.ts';
import { isForReceiver, WEBHOOK, type Receiver } from './receiver.ts';
import { traced, type Tracer, type When } from './tracer.ts';

/** Everything that outlives a host. */
export interface Outside {
  readonly store: MemoryStore;
  readonly ledger: MemoryLedger;
  readonly portRegistry: MemoryPortRegistry;
  readonly files: MemoryFiles;
  readonly machine: Machine;
  readonly client: Client;
  /** Who gets the events of the host; null: nobody. */
  readonly receiver: Receiver | null;
  readonly places: MemoryWebhookRegistry;
  readonly plant: Plant;
  readonly executables: readonly Executable[];
  /** The monotonic clock, and how far the wall clock is from it. */
  readonly now: number;
  readonly offset: number;
  /** When hosts were started, by the wall clock. */
  readonly boots: readonly number[];
  /** What the next host finds of the state of earlier ones. */
  readonly found: FoundState | null;
  /** The number of launch ids that were given out. */
  readonly launches: number;
  /** The launches from here on, by their number, follow from restart policies alone. */
  readonly seriesFrom: number;
  /** Which step of the scenario is under way. */
  readonly step: number;
  /** The database at an earlier moment. */
  readonly backup: Pick<Outside, 'store' | 'ledger'> | null;
}

/** What happens after a death. `goesOn`: the rest of the scenario happens to the next host, as soon as it is up. */
export interface Way {
  readonly pace: Pace;
  readonly goesOn: boolean;
}

/** How shims go on after a crash: all they can before the next host comes, step by step beside it, or only while it waits. */
export type Pace = 'fast' | 'racing' | 'slow';

/** A moment at which a host may die: what would be left of it then. */
export interface Point {
  /** The number of the call, and when. */
  readonly call: number;
  readonly when: When;
  readonly name: string;
  readonly outside: Outside;
}

const WRITES = new Set([
  ...['commitActors', 'commitIntentions', 'quarantine', 'keepIdempotencyRecord'],
  ...['intend', 'running', 'exited', 'revoked', 'assign', 'release', 'keep', 'attempt'],
]);
const isWrite = (method: string): boolean => WRITES.has(method);

/** A host on a simulated machine. It can be taken apart at every call that it makes. */
export class ExploreWorld extends HostWorld {
  readonly store: MemoryStore;
  readonly ledger: MemoryLedger;
  readonly portRegistry: MemoryPortRegistry;
  readonly files: MemoryFiles;
  readonly machine: Machine;
  readonly client: Client;
  readonly receiver: Receiver | null;
  readonly places: MemoryWebhookRegistry;
  readonly processes: MachineProcessHost;
  /** The moments at which the host may die, each different from the one before. Filled while `isRecording`. */
  readonly points: Point[] = [];
  /** By call and when: the index of the moment in `points`. */
  readonly moments = new Map<string, number>();
  isRecording = false;
  /** The name of each call since recording began, in order. */
  readonly names: string[] = [];
  pace: Pace = 'slow';
  /** Shims stand still. */
  isMachineHeld = false;
  seriesFrom: number;
  /** Which step of the scenario is under way. */
  step: number;
  boots: readonly number[];
  #backup: Outside['backup'];
  readonly #found: FoundState | null;
  readonly #tracer: Tracer;
  #edits = 0;
  #last = '';

  constructor(outside: Outside, orphans: OrphanPolicy) {
    super(outside.plant);
    const { store, ledger, portRegistry, files, machine, client, receiver, places } = outside;
    this.store = store;
    this.ledger = ledger;
    this.portRegistry = portRegistry;
    this.files = files;
    this.machine = machine;
    this.client = client;
    this.receiver = receiver;
    this.places = places;
    if (receiver !== null) this.webhooks = [WEBHOOK];
    this.boots = outside.boots;
    this.catalog.files = outside.executables;
    this.timers.now = outside.now;
    this.offset = outside.offset;
    this.#found = outside.found;
    this.seriesFrom = outside.seriesFrom;
    this.step = outside.step;
    this.#backup = outside.backup;
    this.#tracer = (name) => this.#trace(name);
    const { clock, timers } = this;
    this.processes = new MachineProcessHost({
      machine: traced(machine, 'machine', this.#tracer),
      ledger: traced(ledger, 'ledger', this.#tracer, isWrite),
      ...{ clock, timers, log: SILENT, orphans, earlier: outside.launches },
    });
    machine.observer = this.processes;
  }

  /** What would be left if the host died now. */
  outside(): Outside {
    return {
      store: this.store.forked(),
      ledger: this.ledger.forked(),
      portRegistry: this.portRegistry.forked(),
      files: this.files.forked(),
      machine: this.machine.forked(),
      client: this.client.forked(),
      receiver: this.receiver?.forked() ?? null,
      places: this.places.forked(),
      plant: this.plant,
      executables: this.catalog.files,
      now: this.timers.now,
      offset: this.offset,
      boots: this.boots,
      // Opening a store creates its file: no later host finds it missing.
      found: null,
      launches: this.processes.count,
      seriesFrom: this.seriesFrom,
      step: this.step,
      backup: this.#backup,
    };
  }

  /** Two moments with the same version leave the same behind. */
  get version(): string {
    const { store, ledger, portRegistry, files, machine, client, receiver, places, timers } = this;
    const numbers = [store.writes, ledger.writes, portRegistry.writes, files.writes, machine.version, client.version];
    return [...numbers, places.writes, receiver?.version ?? 0, timers.now, this.#edits, this.processes.count].join('.');
  }

  /** Nothing can be written, or everything again. */
  get isDiskFull(): boolean {
    return this.files.failure !== null;
  }

  set isDiskFull(isFull: boolean) {
    this.files.failure = isFull ? new Error('no space left on device') : null;
    if (isFull) this.store.breakDown();
    else this.store.heal();
    this.ledger.breakDown(isFull);
    this.portRegistry.isBroken = this.places.isBroken = isFull;
    this.#edits += 1;
  }

  /** Notes this moment as one at which the host may die. */
  mark(name: string): void {
    this.#trace(name)();
  }

  #trace(name: string): () => void {
    this.activity += 1;
    if (!this.isRecording) return nothing;
    const call = this.names.push(name);
    this.#note(call, 'before', name);
    return () => {
      if (this.isRecording) this.#note(call, 'after', name);
    };
  }

  #note(call: number, when: When, name: string): void {
    const { version } = this;
    if (version !== this.#last) {
      this.#last = version;
      this.points.push({ call, when, name, outside: this.outside() });
    }
    this.moments.set(`${call} ${when}`, this.points.length - 1);
  }

  protected lifeCheck(): () => boolean {
    return () => false;
  }

  /** Starts the host. It is up when `host` is set. */
  async boot(): Promise<void> {
    const { clock, timers, prober, portRegistry, receiver } = this;
    this.boots = [...this.boots, clock.now()];
    const health = new Health(clock, SILENT);
    this.store.onWrite = this.ledger.onWrite = (write) => {
      health.storeWrote(write);
    };
    const trace = <Port extends object>(port: Port, name: string): Port => traced(port, name, this.#tracer, isWrite);
    const ports: HostPorts = {
      store: trace(this.store, 'store'),
      specs: trace(this.specs(), 'specs'),
      processes: new ObservedProcessHost(trace(this.processes, 'processes'), health, NO_PROCESS_METER),
      catalog: trace(this.catalog, 'catalog'),
      prober: trace(prober, 'prober'),
      portRegistry: trace(portRegistry, 'ports'),
      files: trace(this.files, 'files'),
      timers: trace(timers, 'timers'),
      ...{
        logs: NO_LOGS,
        launches: new MemoryLaunchHistory(),
        configurations: this.store.configurations,
        usage: NO_USAGE,
        health,
        clock,
        log: SILENT,
      },
      identity: { name: 'Plant 7', processId: 1, version: '0.0.0', guarantees: GUARANTEES },
      ...(this.#found === null ? {} : { found: this.#found }),
      ...(receiver === null ? {} : { webhooks: this.#webhooksTo(trace(receiver, 'receiver'), trace) }),
    };
    const coming = openControl(ports, (base) => {
      Object.assign(CURRENT, { ...actorPorts(base), clock });
      this.intentions = base.intentions;
      return MACHINE;
    });
    coming.then(
      (control) => {
        this.host = control;
        this.root = control.root;
      },
      (error: unknown) => this.violations.push(`the host does not start: ${String(error)}`),
    );
    await this.settle();
  }

  #webhooksTo(receiver: Receiver, trace: <Port extends object>(port: Port, name: string) => Port): OpenWebhooks {
    const { clock, timers } = this;
    const identity = { instance: 'simulated', version: '0.0.0' };
    const registry = trace(this.places, 'webhooks');
    return openWebhooks({ registry, clock, timers, log: SILENT, identity, deliveryTo: () => receiver });
  }

  /** Lets everything happen that needs no time, in the host and in the shims. */
  override async settle(): Promise<void> {
    do await super.settle();
    while (this.stepMachine());
  }

  protected override async turn(): Promise<void> {
    await super.turn();
    if (this.pace === 'racing') this.stepMachine();
  }

  /** Lets a shim take one step; false: none has anything to do. */
  stepMachine(): boolean {
    const { next } = this.machine;
    if (next === null || this.isMachineHeld) return false;
    const noteEnd = this.#trace(`shim.${next}`);
    this.machine.step(this.clock);
    noteEnd();
    return true;
  }

  protected override fireNext(until: number): boolean {
    const { nextKillAt } = this.machine;
    const { nextDue } = this.timers;
    if (nextKillAt === null || nextKillAt > until || (nextDue !== null && nextDue < nextKillAt))
      return super.fireNext(until);
    this.timers.now = Math.max(this.timers.now, nextKillAt);
    this.machine.killDue(nextKillAt, this.clock.now());
    return true;
  }

  protected override isAtRest(): boolean {
    return this.host !== null && super.isAtRest() && this.#hasToldAll();
  }

  /** Whether the receiver has every event that it is to get. */
  #hasToldAll(): boolean {
    if (this.receiver === null) return true;
    const { received } = this.receiver;
    return (this.store.journal.findLast(isForReceiver)?.seq ?? 0) <= (received.at(-1) ?? 0);
  }

  /** Gives a command; its answer is awaited by the client, not by the caller. */
  ask(step: CommandStep): void {
    if (step.do === 'reload') this.edit(edited(this.plant, step.edit));
    this.#endSeries();
    this.#send(this.client.add({ step, plant: this.plant, replaces: this.#replacedBy(step) }));
  }

  /** Gives every command again that has no answer. */
  askAgain(): void {
    for (const given of this.client.given) if (given.status === 'asked') this.#send(given);
  }

  #send(given: Given): void {
    const { host } = this;
    if (host === null) return;
    const noteEnd = this.#trace(`client.${given.step.do}`);
    const name = `${given.step.do} (${given.key})`;
    this.unanswered.add(name);
    void this.client.send(given, host).finally(() => {
      this.unanswered.delete(name);
      this.activity += 1;
      noteEnd();
    });
  }

  /** The configuration changes. */
  edit(plant: Plant): void {
    this.plant = plant;
    this.#endSeries();
  }

  /** The wall clock is set. */
  jump(ms: number): void {
    this.offset += ms;
    this.#endSeries();
  }

  /** The database as it is now is the backup. */
  backUp(): void {
    this.#backup = { store: this.store.forked(), ledger: this.ledger.forked() };
  }

  /** What is launched from now on was decided by more than a restart policy. */
  #endSeries(): void {
    this.#edits += 1;
    this.seriesFrom = this.machine.starts.length;
  }

  /** Shuts the host down. */
  async leave(mode: ExitMode): Promise<void> {
    const { host } = this;
    if (host === null) return;
    const answer = { isGiven: false };
    void host.close(mode).then(() => (answer.isGiven = true));
    await this.settle();
    for (let turn = 0; turn < 20 && !answer.isGiven; turn += 1) await this.pass(1_000);
    if (!answer.isGiven) this.violations.push(`the host does not leave (${mode})`);
    const left = this.machine.runs().filter(({ process }) => process === 'alive');
    if (mode === 'drain') for (const { serviceId } of left) this.violations.push(`a drain leaves ${serviceId} behind`);
    void this.processes.close();
  }

  /** The programs that can be found change. */
  provide(executables: readonly Executable[]): void {
    this.catalog.files = executables;
    this.#endSeries();
    this.catalog.look();
  }

  #replacedBy(step: CommandStep): readonly LaunchId[] {
    const live = this.machine.runs().filter(({ process }) => process === 'alive');
    const of = (ids: readonly string[]): readonly LaunchId[] =>
      live.filter(({ serviceId }) => ids.includes(serviceId)).map(({ launchId }) => launchId);
    if (step.do === 'restartService' || step.do === 'pinVersion') return of([step.service]);
    if (step.do === 'restartAgent') {
      const { services } = planOf(this.plant, step.agent === 'a' ? 0 : 1);
      return of(services.filter(({ agentId }) => agentId !== null).map(({ id }) => id));
    }
    if (step.do !== 'reload' || step.edit.type !== 'kind' || step.edit.kind.release === undefined) return [];
    const { name } = step.edit;
    return of(AGENTS.map((agent) => `${agent}-${name}`));
  }
}

const nothing = (): void => undefined;
