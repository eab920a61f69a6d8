import { randomUUID } from 'node:crypto';
import { LaunchStatusRegistry } from '../../launching/launch-status-registry.ts';
import { transient } from '../../launching/transient-failure.ts';
import { signalNumber } from '../../launching/signal-names.ts';
import { launchVariables } from '../../model/environment.ts';
import type { Doubt, Launch, LaunchFailure, LaunchOutcome, LaunchStatus, ProcessExit } from '../../model/process.ts';
import type { NodeSignal, StopSpec } from '../../model/spec.ts';
import { parseLaunchId, type LaunchId, type ServiceId } from '../../model/values/ids.ts';
import type { LaunchObserver, LaunchRequest, Orphan, ProcessHost } from '../../ports/process-host.ts';
import type { ClusterNode, Pod } from '../api/objects.ts';
import { INSTANCE_LABEL, instanceLabel, podName } from '../pods/names.ts';
import { PodCalls } from '../pods/pod-calls.ts';
import { Reflector } from '../watch/reflector.ts';
import { Adoption } from './adoption.ts';
import { Attempts, Closed, leave } from './attempts.ts';
import { ClusterFacts } from './cluster-facts.ts';
import { closing } from './launch-of-pod.ts';
import { LaunchAttempt } from './launch-attempt.ts';
import { Nodes } from './nodes.ts';
import { OrphanPods } from './orphan-pods.ts';
import type { PodContext } from './pod-context.ts';
import { PodLaunch } from './pod-launch.ts';
import { PodLaunches } from './pod-launches.ts';
import { signalPod } from './signal-pod.ts';
import { Survey } from './survey.ts';
import type { KubernetesProcessHostOptions } from './host-options.ts';

/** Services as pods of a cluster: one pod for each, whose name is the lock (docs/kubernetes.md). */
export class KubernetesProcessHost implements ProcessHost {
  readonly #options: KubernetesProcessHostOptions;
  readonly #context: PodContext;
  readonly #attempts: Attempts;
  readonly #facts: ClusterFacts;
  readonly #pods: Reflector<Pod>;
  readonly #nodes: Reflector<ClusterNode>;
  readonly #nodeFacts: Nodes;
  readonly #launches: PodLaunches;
  readonly #orphans: OrphanPods;
  readonly #adoption: Adoption;
  readonly #current = new Map<ServiceId, LaunchAttempt>();
  readonly #survey: Survey;
  #isClosed = false;

  constructor(options: KubernetesProcessHostOptions) {
    const { client, namespace, ledger, log, clock, timers, instanceId, basePath, shim, crashPoint } = options;
    this.#options = options;
    this.#attempts = new Attempts({ reach: client.reach, timers, clock, log });
    this.#facts = new ClusterFacts({ client, namespace, shim: shim.object, attempts: this.#attempts });
    const calls = new PodCalls(client, namespace);
    const instance = instanceLabel(instanceId);
    const common = { client, timers, clock, log };
    this.#pods = new Reflector<Pod>({
      ...common,
      path: `${calls.path}/pods`,
      labelSelector: `${INSTANCE_LABEL}=${instance}`,
      observed: (pod) => {
        this.#observed(pod);
      },
      gone: (pod) => {
        this.#launches.gone(pod);
        this.#orphans.gone(pod);
      },
      reached: (error) => {
        this.#reached(error);
      },
    });
    const review = (): void => {
      this.#launches.review();
    };
    this.#nodes = new Reflector<ClusterNode>({ ...common, path: '/api/v1/nodes', observed: review, gone: review });
    this.#nodeFacts = new Nodes(this.#nodes, clock);
    this.#launches = new PodLaunches(this.#nodeFacts);
    this.#context = {
      ...{ calls, ledger, clock, timers, log, crashPoint },
      attempts: this.#attempts,
      status: new LaunchStatusRegistry(clock),
      defaults: {
        ...options.defaults,
        ...{ instance, basePath },
        shim: { configMap: shim.object.metadata.name, architecture: shim.architecture },
      },
      launchTimeoutMs: options.launchTimeoutMs,
      output: options.output,
    };
    this.#orphans = new OrphanPods(this.#context, {
      ...{ policy: options.orphans, clock },
      adopt: (owner, pod) => this.#adoption.takeOrphan(owner, pod, this.#facts.bootId),
    });
    this.#adoption = new Adoption({
      ...{ context: this.#context, launches: this.#launches, basePath },
      nameOf: (serviceId) => this.#nameOf(serviceId),
      listed: (name) => this.#pods.get(name),
    });
    this.#survey = new Survey({
      ...{ context: this.#context, launches: this.#launches, adoption: this.#adoption },
      ...{ orphans: this.#orphans, pods: this.#pods, ownsRecords: options.ownsRecords },
      nameOf: (serviceId) => this.#nameOf(serviceId),
    });
  }

  #nameOf(serviceId: ServiceId): string {
    return podName(this.#options.instanceId, serviceId);
  }

  #observed(pod: Pod): void {
    if (this.#launches.observed(pod)) return;
    this.#survey.takeUnknown(pod).catch((error: unknown) => {
      if (error instanceof Closed) return;
      this.#context.log.error({ err: error, pod: pod.metadata.name }, 'cannot judge a pod');
    });
  }

  #reached(error: unknown): void {
    const { log } = this.#context;
    if (error === null) {
      log.info({}, 'the API server can be reached again');
      this.#attempts.hurry();
      this.#nodes.hurry();
      return;
    }
    this.#attempts.away();
    log.error({ err: error }, 'the API server cannot be reached; nothing is launched until it can');
  }

  async survey(): Promise<ReadonlyMap<ServiceId, LaunchStatus>> {
    const newest = await this.#options.ledger.newest();
    const learned = this.#facts
      .learn()
      .then(() => (this.#facts.mayReadNodes && !this.#isClosed ? this.#nodes.start() : undefined), leave);
    await this.#survey.run(newest, learned);
    return this.#context.status.all();
  }

  orphans(): readonly Orphan[] {
    return this.#orphans.all();
  }

  heldOrphans(): readonly Orphan[] {
    return this.#orphans.held();
  }

  status(serviceId: ServiceId): LaunchStatus | null {
    return this.#context.status.get(serviceId);
  }

  async launch(request: LaunchRequest): Promise<LaunchOutcome> {
    const { serviceId } = request;
    const found = this.#survey.takeFound(serviceId);
    if (found !== null) return { type: 'launched', launch: found };
    const failure = this.#reasonAgainst(serviceId);
    const newest = Math.max(this.status(serviceId)?.generation ?? 0, this.#orphans.newestGeneration(serviceId));
    const orphan = this.#orphans.reasonAgainst(serviceId);
    if (failure === null && orphan !== null) {
      return { type: 'refused', generation: newest, failure: transient('ESTRAY', orphan) };
    }
    const generation = Math.max(request.generation, newest + 1);
    // The launch of which nothing is known yet may have that generation, and its end is still to be reported.
    const used = this.#survey.obstacleTo(serviceId) === null ? generation : request.generation - 1;
    if (failure !== null) return { type: 'refused', generation: used, failure };
    const attempt = this.#attemptOf({ ...request, generation });
    this.#current.set(serviceId, attempt);
    try {
      return await attempt.run();
    } catch (error) {
      if (!(error instanceof Closed)) throw error;
      return { type: 'refused', generation, failure: closing(serviceId) };
    } finally {
      this.#current.delete(serviceId);
    }
  }

  #attemptOf(request: LaunchRequest): LaunchAttempt {
    const { instanceId, hostUrl, basePath, stateDir, clock } = this.#options;
    const { serviceId, agentId, generation, executablePath, version } = request;
    const launchId = parseLaunchId(randomUUID().replaceAll('-', ''));
    const subject = {
      ...{ launchId, serviceId, generation, executablePath, version, intendedAt: clock.now() },
      cwd: request.cwd ?? basePath,
    };
    const launch = new PodLaunch(subject, this.#nameOf(serviceId), this.#context);
    const origin = { basePath, stateDir };
    const own = launchVariables({ instanceId, serviceId, agentId, generation, launchId, hostUrl: hostUrl(), origin });
    return new LaunchAttempt(
      {
        ...{ launch, request, bootId: this.#facts.bootId, environment: { ...request.env, ...own } },
        clear: () => this.#launches.clear(serviceId, this.#attempts),
        begin: () => {
          this.#launches.add(launch);
        },
        known: (other) => this.#launches.get(other)?.removed ?? null,
        removeEnded: (pod) => this.#orphans.remove(pod),
      },
      this.#context,
    );
  }

  #reasonAgainst(serviceId: ServiceId): LaunchFailure | null {
    if (this.#isClosed) return closing(serviceId);
    if (this.#current.has(serviceId)) return transient('EALIVE', `A launch of service "${serviceId}" is in progress.`);
    const unsurveyed = this.#survey.reasonAgainst(serviceId);
    if (unsurveyed !== null) return unsurveyed;
    const status = this.status(serviceId);
    const alive = status?.status === 'alive' ? this.#launches.get(status.launch.launchId) : null;
    if (alive?.isStopping === false) {
      return transient('EALIVE', `A process of service "${serviceId}" is already running.`);
    }
    const { error } = this.#pods;
    const isKnown = this.#facts.isKnown && this.#pods.isSynced;
    if (error === null && isKnown) return null;
    const reason = error instanceof Error ? error.message : (this.#facts.problem ?? 'the cluster has not answered yet');
    return transient('EAPI', `Service "${serviceId}" cannot be launched: ${reason}`);
  }

  observe(launchId: LaunchId, observer: LaunchObserver): () => void {
    return this.#context.status.observe(launchId, observer);
  }

  async stop(serviceId: ServiceId, stop: StopSpec): Promise<ProcessExit | null> {
    const attempt = this.#current.get(serviceId);
    attempt?.cancel();
    const status = this.status(serviceId);
    const alive = status?.status === 'alive' ? this.#launches.get(status.launch.launchId) : null;
    const unknown = this.#survey.takeToStop(serviceId);
    const targets = new Set([alive ?? [], unknown ?? []].flat());
    const [exits, begun] = await Promise.all([
      Promise.all([...targets].map((launch) => launch.stop(stop))),
      attempt?.isBegun === true ? attempt.launch.ended : null,
      this.#orphans.endAll(serviceId, stop.graceMs),
    ]);
    return exits[0] ?? begun;
  }

  async signal(serviceId: ServiceId, signal: NodeSignal): Promise<boolean> {
    const number = signalNumber(signal);
    if (number === null) throw new RangeError(`There is no signal "${signal}".`);
    const status = this.status(serviceId);
    if (status?.status !== 'alive') return false;
    const { client, timers } = this.#options;
    const path = `${this.#context.calls.path}/pods/${this.#nameOf(serviceId)}`;
    return signalPod({ access: client.access, path, timers }, number);
  }

  /** Why nothing can be launched now, as sentences. */
  obstacles(): readonly string[] {
    const away =
      this.#pods.error instanceof Error ? [`The cluster cannot be reached: ${this.#pods.error.message}`] : [];
    return [...away, ...[this.#facts.problem ?? []].flat()];
  }

  problems(): readonly string[] {
    const others = [this.#survey, this.#nodeFacts, this.#launches].flatMap((part) => part.problems());
    return [...new Set([...this.obstacles(), ...others])];
  }

  obstacleTo(serviceId: ServiceId): string | null {
    return this.#survey.obstacleTo(serviceId);
  }

  live(): readonly Launch[] {
    return this.#context.status.live();
  }

  doubts(): ReadonlyMap<ServiceId, Doubt> {
    return this.#context.status.doubts();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const part of [this.#attempts, this.#pods, this.#nodes, this.#launches]) part.close();
    const written = this.#context.output?.close();
    for (const part of [this.#context.status, this.#options.client]) part.close();
    await written;
  }
}
