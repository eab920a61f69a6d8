import { createSupervisorMachine } from '../../../lib/actors/supervisor/machine.ts';
import type { ServicePorts } from '../../../lib/actors/service/effects.ts';
import { agentRef, agentRefs, serviceRef, serviceRefs, type SupervisorRef } from '../../../lib/control/actors.ts';
import type { OpenControl } from '../../../lib/control/control.ts';
import { Intentions } from '../../../lib/control/intentions.ts';
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
  VersionNotFoundError,
} from '../../../lib/model/errors.ts';
import type { WebhookSpec } from '../../../lib/model/webhook.ts';
import type { Executable } from '../../../lib/model/process.ts';
import type { Catalog, ExecutableQuery } from '../../../lib/ports/catalog.ts';
import type { Clock, Timers } from '../../../lib/ports/clock.ts';
import type { Log } from '../../../lib/ports/log.ts';
import type { LaunchRequest, ProcessHost } from '../../../lib/ports/process-host.ts';
import type { SpecSource } from '../../../lib/ports/spec-source.ts';
import { pathOf } from '../actors/actor-world.ts';
import { FakeProber } from '../probe/fake-prober.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import { ioOf, planOf, telemetryOf, type Plant } from './walk-plant.ts';
import { isAtGoal } from './walk-rules.ts';

/** The wall clock when a simulation begins. */
export const EPOCH = 1_700_000_000_000;
export const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
export const GUARANTEES = {
  exactExit: true,
  treeComplete: true,
  losslessRotation: true,
  separateStreams: true,
  outputBuffer: null,
};

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
  VersionNotFoundError,
  ServiceUnheldError,
] as const;

/** Whether a command was rejected as a command may be. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.some((refusal) => error instanceof refusal);
}

/** The ports of the current host; one host at a time. */
export const CURRENT = {} as ServicePorts & { clock: Clock }; // filled when a host starts

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
  {
    processes: currentPort('processes'),
    gate: currentPort('gate'),
    catalog: currentPort('catalog'),
    prober: currentPort('prober'),
  },
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

  /** When the first timer is due; null: none is set. */
  get nextDue(): number | null {
    let first: number | null = null;
    for (const { dueAt } of this.#pending.values()) first = Math.min(dueAt, first ?? dueAt);
    return first;
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
export class WalkCatalog implements Catalog {
  /** Newest last. */
  files: readonly Executable[] = [fileOf(1)];
  #waiting: {
    readonly query: ExecutableQuery;
    readonly refused: string | null;
    readonly resolve: (one: Executable) => void;
  }[] = [];

  #best({ version, fallback }: ExecutableQuery): Executable | null {
    const best = this.files.findLast((file) => version === null || file.version === version) ?? null;
    if (best === null || fallback?.rejected !== best.fingerprint) return best;
    return this.files.find(({ path }) => path === fallback.lastGoodPath) ?? this.files.at(-2) ?? best;
  }

  choose(query: ExecutableQuery): ReturnType<Catalog['choose']> {
    const executable = this.#best(query);
    if (executable !== null) return Promise.resolve({ type: 'found', executable });
    return Promise.resolve({ type: 'missing', reason: `No executable "${query.executable}" was found.` });
  }

  versions(): ReturnType<Catalog['versions']> {
    return Promise.resolve(
      this.files.flatMap(({ version, path }) => (version === null ? [] : [{ version, path }])).reverse(),
    );
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

const SPAN_MS = 15_000;

/**
 * A host on fakes for its outer edges: real commands, recorder, recovery and statecharts. What is beyond the edges, and
 * how a host comes and goes, is up to the subclass. Forbidden events are recorded in `violations`.
 */
export abstract class HostWorld {
  abstract readonly store: MemoryStore;
  abstract get processes(): Pick<ProcessHost, 'status' | 'live'>;
  readonly catalog = new WalkCatalog();
  readonly violations: string[] = [];
  /** Commands without a response. */
  readonly unanswered = new Set<string>();
  plant: Plant;
  /** Whom the host sends events to. */
  webhooks: readonly WebhookSpec[] = [];
  timers = new WalkTimers();
  /** From now on every probe passes immediately. */
  isFair = false;
  /** The offset of the wall clock. */
  offset = 0;
  prober = new FakeProber();
  root: SupervisorRef | null = null;
  intentions = new Intentions([]);
  host: OpenControl | null = null;
  /** Launches in progress, by service. */
  readonly launching = new Map<string, LaunchRequest>();
  isHoldingLaunches = false;
  isHoldingStops = false;
  /** Why the host can launch nothing, as a sentence; null: it can. */
  obstacle: string | null = null;
  readonly crashes = new Map<string, number>();
  readonly clock: Clock = { now: () => EPOCH + this.timers.now + this.offset, random: () => 0.5 };
  /** Grows with each call of a port. */
  protected activity = 0;
  readonly #passed = new Set<object>();

  constructor(plant: Plant) {
    this.plant = plant;
  }

  /** A function that says whether the present host is dead. */
  protected abstract lifeCheck(): () => boolean;

  protected async answered(name: string, answer: Promise<unknown>): Promise<void> {
    const isOver = this.lifeCheck();
    const key = `${name} (${this.activity})`;
    this.unanswered.add(key);
    try {
      await answer;
    } catch (error) {
      if (!isOver() && !isRefusal(error)) {
        this.violations.push(`${name} was refused with ${String(error)}`);
      }
    }
    if (!isOver()) this.unanswered.delete(key);
  }

  /** Lets everything happen that needs no time: until a whole turn of the event loop has made no call of a port. */
  async settle(): Promise<void> {
    let before: number;
    do {
      before = this.activity;
      await this.turn();
      await this.turn();
    } while (this.activity !== before);
  }

  /** One turn of the event loop. */
  protected turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets happen what is due first, if it is due by `until`; false: nothing is. */
  protected fireNext(until: number): boolean {
    return this.timers.fireNext(until);
  }

  /** Lets time pass, one timer after the other. */
  async pass(ms: number): Promise<void> {
    const until = this.timers.now + ms;
    while (this.fireNext(until)) {
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

  /**
   * Lets every probe pass, and time pass, until everything that is intended to run is running, for at most ten minutes.
   */
  async comeToRest(): Promise<void> {
    await this.settle();
    for (let turn = 0; turn < 40; turn += 1) {
      await this.passProbes();
      if (this.isAtRest()) return;
      await this.pass(turn === 0 ? 250 : turn < 4 ? 1_000 : SPAN_MS);
    }
  }

  protected isAtRest(): boolean {
    const isThere = this.services.every((ref) => {
      const { intended } = ref.getSnapshot().context;
      return intended === 'stopped' ? ref.getSnapshot().matches('stopped') : isAtGoal(this, ref);
    });
    return isThere && this.unanswered.size === 0;
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

  /** The configuration files: they say what the plant is now. */
  protected specs(): SpecSource {
    const specs: SpecSource = {
      planAgent: ({ agentId }) => Promise.resolve(planOf(this.plant, agentId === 'a' ? 0 : 1)),
      planIo: () => Promise.resolve(ioOf(this.plant)),
      hostServices: () => {
        const { hasHost, isAutostarted } = this.plant;
        return Promise.resolve(hasHost ? [{ spec: telemetryOf(this.plant), isAutostarted }] : []);
      },
      document: () => ({}),
      webhooks: () => this.webhooks,
      totalLogBytes: () => Infinity,
      reread: () => Promise.resolve(specs),
    };
    return specs;
  }
}
