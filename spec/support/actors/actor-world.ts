import { SimulatedClock } from 'xstate';
import { createSupervisorMachine } from '../../../lib/actors/supervisor/machine.ts';
import { createRoot } from '../../../lib/actors/supervisor/root.ts';
import { agentRef, serviceRef, type SupervisorRef } from '../../../lib/control/actors.ts';
import { PolledLaunchGate } from '../../../lib/control/polled-launch-gate.ts';
import { reasonText } from '../../../lib/model/explain/reason.ts';
import type { Executable } from '../../../lib/model/process.ts';
import type { AgentPlan, ServiceSpec } from '../../../lib/model/spec.ts';
import { stateOf } from '../../../lib/model/states.ts';
import type { Catalog, ExecutableQuery } from '../../../lib/ports/catalog.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import { wallTimers } from '../../../lib/ports/wall-timers.ts';
import { FakeProber } from '../probe/fake-prober.ts';
import { fakeProcessHost, type FakeProcessHost } from '../process/fake-process-host.ts';

const EPOCH = 1_700_000_000_000;

/** A catalog with one executable, which the test adds and removes. */
export class FakeCatalog implements Catalog {
  executable: Executable | null = { path: '/plant/program-1.0.0', version: '1.0.0', fingerprint: 'a' };
  #waiting: { readonly refused: string | null; readonly resolve: (found: Executable) => void }[] = [];

  choose(query: ExecutableQuery): ReturnType<Catalog['choose']> {
    if (this.executable !== null) return Promise.resolve({ type: 'found', executable: this.executable });
    return Promise.resolve({ type: 'missing', reason: `No executable "${query.executable}" was found.` });
  }

  versions(): ReturnType<Catalog['versions']> {
    const { version = null, path = '' } = this.executable ?? {};
    return Promise.resolve(version === null ? [] : [{ version, path }]);
  }

  awaitOther(_: ExecutableQuery, refused: string | null): Promise<Executable> {
    return new Promise((resolve) => this.#waiting.push({ refused, resolve }));
  }

  /** Provides a file for discovery, and notifies callers that wait for another one. */
  appear(executable: Executable): void {
    this.executable = executable;
    const notified = this.#waiting.filter(({ refused }) => refused !== executable.fingerprint);
    this.#waiting = this.#waiting.filter(({ refused }) => refused === executable.fingerprint);
    for (const { resolve } of notified) resolve(executable);
  }
}

/** The gate of a host that can always launch. */
export const OPEN_GATE = new PolledLaunchGate(() => [], wallTimers);

type RootMachine = ReturnType<typeof createSupervisorMachine>;

/** The actor system on fakes: time only passes when the test advances it. */
export class ActorWorld {
  readonly timers = new SimulatedClock();
  readonly clock: Clock = { now: () => EPOCH + this.timers.now(), random: () => 0.5 };
  readonly processes: FakeProcessHost = fakeProcessHost(this.clock);
  /** Why the host can launch nothing, in sentences. */
  obstacles: readonly string[] = [];
  /** Why one service cannot be launched, in a sentence. */
  readonly obstaclesTo = new Map<string, string>();
  readonly gate = new PolledLaunchGate(
    () => this.obstacles,
    this.timers,
    (serviceId) => this.obstaclesTo.get(serviceId) ?? null,
  );
  readonly catalog = new FakeCatalog();
  readonly prober = new FakeProber();
  readonly root: SupervisorRef;

  /** `change` returns the machine to run instead of that of the host. */
  constructor(change: (machine: RootMachine) => RootMachine = (machine) => machine) {
    const machine = change(createSupervisorMachine(this, this.clock));
    this.root = createRoot(machine, { clock: this.timers });
    this.root.start();
  }

  /** Advances time and lets settled promises run. */
  async pass(ms = 0): Promise<void> {
    await settle();
    this.timers.increment(ms);
    await settle();
  }

  /** Creates the actors of an agent and starts it. */
  startAgent(plan: AgentPlan): void {
    this.root.send({ type: 'supervisor.ensure', services: plan.services.map(idle), agents: [plan] });
    agentRef(this.root, plan.id)?.send({ type: 'agent.start', plan, correlationId: null });
  }

  stopAgent(id: string): void {
    agentRef(this.root, id)?.send({ type: 'agent.stop', correlationId: null });
  }

  /** Creates the actor of a service without holders, and starts it. */
  startService(spec: ServiceSpec): void {
    this.root.send({ type: 'supervisor.ensure', services: [idle(spec)], agents: [] });
    this.service(spec.id).send({ type: 'service.start', correlationId: null });
  }

  service(id: string): NonNullable<ReturnType<typeof serviceRef>> {
    const ref = serviceRef(this.root, id);
    if (ref === undefined) throw new Error(`There is no service actor "${id}".`);
    return ref;
  }

  /** `running.ready`, `stopped.idle`, ... of a service. */
  stateOf(id: string): string {
    return pathOf(this.service(id).getSnapshot().value);
  }

  /** The public state of an agent. */
  agentState(id: string): string {
    const ref = agentRef(this.root, id);
    if (ref === undefined) throw new Error(`There is no agent actor "${id}".`);
    return stateOf(ref.getSnapshot().value).state;
  }

  /** Why the service is in its state, as a sentence. */
  reasonOf(id: string): string | null {
    return reasonText(this.contextOf(id).reason);
  }

  contextOf(id: string): ReturnType<NonNullable<ReturnType<typeof serviceRef>>['getSnapshot']>['context'] {
    return this.service(id).getSnapshot().context;
  }
}

/** The dotted state of any machine, including nested states. */
export function pathOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [state, inner] = Object.entries(value as Record<string, unknown>)[0] ?? ['unknown', 'unknown']; // a StateValue
  return `${state}.${pathOf(inner)}`;
}

const idle = (spec: ServiceSpec) => ({ spec, holders: [], intended: 'stopped' as const });

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}
