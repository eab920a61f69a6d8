import type { OpenControl } from '../../../lib/control/control.ts';
import { Health } from '../../../lib/control/health/health.ts';
import { ObservedProcessHost } from '../../../lib/control/health/observed-process-host.ts';
import type { FoundState, UsageSources } from '../../../lib/control/host-ports.ts';
import { openControl } from '../../../lib/control/open-control.ts';
import { AgentNotFoundError } from '../../../lib/model/errors.ts';
import type { JournalEntry } from '../../../lib/model/journal.ts';
import type { AgentPlan, ServiceSpec } from '../../../lib/model/spec.ts';
import type { ConfigDocument } from '../../../lib/model/configuration/key-changes.ts';
import type { WebhookSpec } from '../../../lib/model/webhook.ts';
import type { ActorStore } from '../../../lib/ports/actor-store.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { Log } from '../../../lib/ports/log.ts';
import type { ProcessMeter } from '../../../lib/ports/meter.ts';
import type { OpenWebhooks } from '../../../lib/ports/webhooks.ts';
import type { ServiceLogs } from '../../../lib/ports/service-logs.ts';
import type { SpecSource } from '../../../lib/ports/spec-source.ts';
import { FakeCatalog } from '../actors/actor-world.ts';
import { agentPlan, serviceSpec } from '../actors/specs.ts';
import { FakeProber } from '../probe/fake-prober.ts';
import { fakeProcessHost, type FakeProcessHost } from '../process/fake-process-host.ts';
import { MemoryPortRegistry } from '../store/memory-port-registry.ts';
import { memoryStore, type MemoryStore } from '../store/memory-store.ts';
import { MemoryLaunchHistory } from '../store/memory-launch-history.ts';
import { filesUntilDeath, MemoryFiles } from './memory-files.ts';
import { NO_USAGE } from './no-usage.ts';
import { SimulatedClock } from 'xstate';

const EPOCH = 1_700_000_000_000;
/** Services that never write anything. */
export const NO_LOGS: ServiceLogs = {
  read: () => (async function* () {})(),
  follow: () => (async function* () {})(),
  merge: () => (async function* () {})(),
  search: () => Promise.reject(new Error('There is no output here.')),
  keepBounded: () => undefined,
  close: () => Promise.resolve(),
};

/** Measures nothing. */
export const NO_PROCESS_METER: ProcessMeter = {
  launched: () => undefined,
  stopped: () => undefined,
  surveyed: () => undefined,
};

const GUARANTEES = {
  exactExit: true,
  treeComplete: true,
  losslessRotation: true,
  separateStreams: true,
  outputBuffer: null,
};

/** The store of one host: after its death its requests are neither executed nor answered. */
export function untilDeath(store: ActorStore, death: AbortSignal): ActorStore {
  const alive = <T>(ask: () => Promise<T>): Promise<T> => (death.aborted ? new Promise<T>(() => undefined) : ask());
  return {
    loadActors: () => alive(() => store.loadActors()),
    loadIntentions: () => alive(() => store.loadIntentions()),
    commitActors: (commit) => alive(() => store.commitActors(commit)),
    commitIntentions: (commit) => alive(() => store.commitIntentions(commit)),
    quarantine: (rows, at) => alive(() => store.quarantine(rows, at)),
    lastSeq: () => alive(() => store.lastSeq()),
    idempotencyRecord: (key) => alive(() => store.idempotencyRecord(key)),
    keepIdempotencyRecord: (record) => alive(() => store.keepIdempotencyRecord(record)),
    history: (query) => alive(() => store.history(query)),
    probe: () => alive(() => store.probe()),
    timeline: {
      events: (page) => alive(() => store.timeline.events(page)),
      before: (since, ids) => alive(() => store.timeline.before(since, ids)),
      hostLimits: () => alive(() => store.timeline.hostLimits()),
      health: () => alive(() => store.timeline.health()),
      oldestAt: () => alive(() => store.timeline.oldestAt()),
    },
  };
}

/** A log that keeps its records for the test. */
export function recordingLog(): Log & { readonly records: { level: string; message: string; fields: unknown }[] } {
  const records: { level: string; message: string; fields: unknown }[] = [];
  const at = (level: string) => (fields: unknown, message: string) => void records.push({ level, message, fields });
  return { records, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Plans without files: the config path identifies the plan. */
class FakeSpecs implements SpecSource {
  readonly hosts: ServiceSpec[] = [];
  readonly plans = new Map<string, AgentPlan>();
  /** Agents whose file is rejected, with the error. */
  readonly broken = new Map<string, Error>();
  isAutostarted = true;
  hooks: readonly WebhookSpec[] = [];
  /** The configuration of the host. */
  settings: ConfigDocument = {};

  planAgent({ configPath, agentId, coreioId }: Parameters<SpecSource['planAgent']>[0]): Promise<AgentPlan> {
    const id = agentId ?? configPath.replace(/^.*\//, '').replace(/\.yaml$/, '');
    const plan = this.plans.get(id) ?? agentPlan(id, { configPath, ...(coreioId === undefined ? {} : { coreioId }) });
    const error = this.broken.get(id);
    if (error !== undefined) return Promise.reject(error);
    return id === 'unknown' ? Promise.reject(new AgentNotFoundError(id)) : Promise.resolve(plan);
  }

  planIo({ configPath, coreioId }: Parameters<SpecSource['planIo']>[0]): Promise<ServiceSpec> {
    return Promise.resolve({ ...serviceSpec(coreioId ?? 'pump1-coreio'), kind: 'coreio', configPath });
  }

  hostServices(): ReturnType<SpecSource['hostServices']> {
    return Promise.resolve(this.hosts.map((spec) => ({ spec, isAutostarted: this.isAutostarted })));
  }

  document(): ConfigDocument {
    return this.settings;
  }

  webhooks(): readonly WebhookSpec[] {
    return this.hooks;
  }

  totalLogBytes(): number {
    return Infinity;
  }

  reread(): Promise<SpecSource> {
    return Promise.resolve(this);
  }
}

/** A host on fakes that can be killed and started again on the same store. */
export class ControlWorld {
  readonly store: MemoryStore = memoryStore();
  readonly files = new MemoryFiles();
  /** What the next host finds of the state of earlier ones. */
  found: FoundState | undefined;
  /** Why the host can launch nothing, in sentences. */
  obstacles: readonly string[] = [];
  readonly specs = new FakeSpecs();
  readonly catalog = new FakeCatalog();
  prober = new FakeProber();
  readonly portRegistry = new MemoryPortRegistry();
  readonly launches = new MemoryLaunchHistory();
  logs: ServiceLogs = NO_LOGS;
  usage: UsageSources = NO_USAGE;
  /** What launches get of the environment of the host. */
  inherited: Readonly<Record<string, string>> = {};
  /** What the next host sends events with. */
  webhooks: OpenWebhooks | undefined;
  readonly log = recordingLog();
  readonly origin = { correlationId: 'request-1' };
  /** All events that a host has passed to its meter. */
  readonly published: JournalEntry[] = [];
  processes: FakeProcessHost;
  timers = new SimulatedClock();
  #elapsed = 0;
  #launches = 0;
  #control: OpenControl | null = null;
  /** Aborted when the host is killed: its actors still exist in this process, but must not reach the store. */
  #life = new AbortController();
  readonly clock: Clock = { now: () => EPOCH + this.#elapsed + this.timers.now(), random: () => 0.5 };

  constructor() {
    this.processes = fakeProcessHost(this.clock);
  }

  get control(): OpenControl {
    if (this.#control === null) throw new Error('The host is not running; call boot() first.');
    return this.#control;
  }

  async boot(): Promise<void> {
    const { specs, catalog, prober, portRegistry, launches, logs, inherited, clock, timers, log } = this;
    this.#life = new AbortController();
    const store = untilDeath(this.store, this.#life.signal);
    const health = new Health(clock, log);
    health.include(() => this.obstacles, { areObstacles: true });
    this.store.onWrite = (write) => {
      health.storeWrote(write);
    };
    const processes = new ObservedProcessHost(this.processes, health, NO_PROCESS_METER);
    const identity = { name: 'Plant 7', processId: 1, version: '0.0.0', guarantees: GUARANTEES };
    this.#control = await openControl({
      ...{ store, specs, processes, catalog, prober, portRegistry, launches, logs, inherited },
      ...{ usage: this.usage, health, clock, timers, log, identity },
      configurations: this.store.configurations,
      files: filesUntilDeath(this.files, this.#life.signal),
      ...(this.found === undefined ? {} : { found: this.found }),
      ...(this.webhooks === undefined ? {} : { webhooks: this.webhooks }),
      onEvents: (status) => {
        this.published.push(...status);
      },
    });
    await this.pass();
  }

  /**
   * Kills the host: its timers and effects are gone, unwritten changes are lost, processes keep running. `meanwhile`
   * changes the processes while there is no host.
   */
  kill(downMs = 0, meanwhile: (processes: FakeProcessHost) => void = () => undefined): void {
    const old = this.processes;
    this.#life.abort();
    this.#control = null;
    this.#elapsed += this.timers.now() + downMs;
    this.timers = new SimulatedClock();
    this.#launches += old.launches.length;
    this.processes = fakeProcessHost(this.clock, this.#launches);
    this.prober = new FakeProber();
    void old.close(); // its observers belong to the dead host
    meanwhile(old);
    for (const serviceId of [...old.surveyed.keys(), ...old.launches.map((launch) => launch.serviceId)]) {
      const status = old.status(serviceId);
      if (status !== null) this.processes.surveyed.set(serviceId, status);
    }
  }

  /** Sets the wall clock; timers are not affected. */
  setClock(byMs: number): void {
    this.#elapsed += byMs;
  }

  /** Advances time, and lets everything that is due happen and be written. */
  async pass(ms = 0): Promise<void> {
    await turns();
    this.timers.increment(ms);
    await turns();
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
