import { RetriedLedgerWrite } from '../../launching/retried-ledger-write.ts';
import type { Doubt, Launch, LaunchFailure, ProcessExit } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Pod } from '../api/objects.ts';
import { endOf, removedAt, type EndedLaunch, type PodEnd } from '../pods/pod-end.ts';
import { pendingOf } from '../pods/pod-pending.ts';
import { isRunning } from '../pods/pod-state.ts';
import { Closed, leave } from './attempts.ts';
import { endPod, removePod } from './end-pod.ts';
import { exitOfEnd, launchOf, STOPPED, type LaunchResult } from './launch-of-pod.ts';
import type { LaunchSubject, PodContext } from './pod-context.ts';
import { Decision, type PodLaunchState } from './pod-launch-state.ts';

/**
 * A refused program ends within milliseconds, and the kubelet looks at its containers once a second: one that still runs
 * after that has run it. With 250 ms a refusal was seen as a launch now and then.
 */
const EXEC_MS = 1_200;
/** A stop that takes so much longer than its grace is a problem. */
const OVERDUE_MS = 30_000;
/** The same for one that is taken back: a kubelet of 1.20 that waits for a volume looks at its pod every 123 s. */
const UNWANTED_OVERDUE_MS = 150_000;

/**
 * One launch, from its intent until nothing of it is left in the cluster. What the API says of its pod comes in any order
 * and again: a launch only gets further.
 */
export class PodLaunch {
  readonly #result = new Decision<LaunchResult>();
  readonly #ending = new Decision<ProcessExit | null>();
  readonly #removal = new Decision<undefined>();
  readonly subject: LaunchSubject;
  /** The name of its pod. */
  readonly name: string;
  /** Resolves when it is known whether its program runs. */
  readonly result = this.#result.promise;
  /** Resolves when its end is known: with the exit, or null if its program never ran. */
  readonly ended = this.#ending.promise;
  /** Resolves when its end is in the ledger and nothing of it is left in the cluster. */
  readonly removed: Promise<void> = this.#removal.promise;
  readonly #context: PodContext;
  #state: PodLaunchState = { type: 'asked' };
  /** The stop with the shortest grace so far; null: nobody stops it. */
  #stop: StopSpec | null = null;
  /** By the clock of the host. */
  #overdueAt = Infinity;
  #doubt: Doubt | null = null;
  #runningWrite: Promise<void> = Promise.resolve();
  #endWrite: RetriedLedgerWrite | null = null;

  constructor(subject: LaunchSubject, name: string, context: PodContext) {
    this.subject = subject;
    this.name = name;
    this.#context = context;
  }

  get launchId(): LaunchId {
    return this.subject.launchId;
  }

  get serviceId(): ServiceId {
    return this.subject.serviceId;
  }

  get launch(): Launch | null {
    return this.#state.type === 'running' ? this.#state.launch : null;
  }

  get pod(): Pod | null {
    return 'pod' in this.#state ? this.#state.pod : null;
  }

  get isEnded(): boolean {
    return this.#state.type === 'ended' || this.#state.type === 'removed';
  }

  /** Its container runs, or has ended: what becomes of it is no longer up to who asked for it. */
  get isSettled(): boolean {
    return this.#state.type !== 'asked' && this.#state.type !== 'pending';
  }

  get isRemoved(): boolean {
    return this.#state.type === 'removed';
  }

  get isStopping(): boolean {
    return this.#stop !== null;
  }

  /** It should have ended by now, and its node does not say why it has not. */
  get isOverdue(): boolean {
    return !this.isEnded && this.#doubt === null && this.#context.clock.now() > this.#overdueAt;
  }

  /** Why it does not run yet, if something is in its way. */
  get hindrance(): LaunchFailure | null {
    return this.#state.type === 'pending' && this.#state.pending.type === 'hindered'
      ? this.#state.pending.failure
      : null;
  }

  /** A launch that the ledger knows as running; null: its pod has not been seen yet. */
  adopt(launch: Launch): void {
    this.#state = { type: 'running', pod: null, launch };
    this.#publish();
    this.#result.decide({ type: 'launched', launch });
  }

  /** A launch that an earlier host has seen end: what that had no time to read is read, and its pod is removed. */
  endedBefore(pod: Pod, exit: ProcessExit | null): void {
    this.#state = { type: 'ended', pod, exit };
    if (exit !== null) this.#context.output?.follow(launchOf(this.subject, pod, this.subject.intendedAt), pod);
    this.#ending.decide(exit);
    void this.#remove();
  }

  /** What the API says of its pod. */
  observed(pod: Pod): void {
    const uid = this.pod?.metadata.uid ?? pod.metadata.uid;
    if (uid !== pod.metadata.uid || this.#state.type === 'removed') return;
    if (this.#state.type === 'ended') {
      this.#state = { ...this.#state, pod };
      return;
    }
    const end = endOf(pod, this.#endedLaunch());
    if (end !== null) this.#end(pod, end);
    else if (isRunning(pod)) this.#runs(pod);
    else this.#waits(pod);
  }

  /** The pod is certainly gone. */
  gone(): void {
    if (this.#state.type === 'asked' || this.#state.type === 'removed') return; // it may not have been there yet
    if (this.#state.type === 'ended') {
      this.#state = { ...this.#state, pod: null };
      return;
    }
    this.#end(null, { type: 'exited', exit: removedAt(this.#context.clock.now()) });
  }

  /** From now on the host itself ends it. */
  unwanted(): void {
    if (this.#stop !== null) return;
    this.#stop = { signal: 'SIGTERM', graceMs: Infinity };
    this.#overdueAt = this.#context.clock.now() + UNWANTED_OVERDUE_MS;
  }

  /** Nothing can run where it ran. */
  lost(because: string): void {
    if (this.#state.type !== 'running') return;
    const exit = { ...removedAt(this.#context.clock.now()), because };
    this.#end(this.#state.pod, { type: 'exited', exit });
  }

  /** It never ran, and never will. */
  revoke(): void {
    if (!this.isEnded) this.#ended(null, null);
  }

  /** Its node does not answer; null: it does. */
  doubt(doubt: Doubt | null): void {
    if (this.#doubt?.reason === doubt?.reason) return;
    this.#doubt = doubt;
    this.#publish();
  }

  #endedLaunch(): EndedLaunch {
    const { launchId, executablePath, cwd, intendedAt } = this.subject;
    const hasRun = this.#state.type === 'running' || this.#state.type === 'starting';
    const now = this.#context.clock.now();
    return { launchId, executablePath, cwd, intendedAt, now, hasRun, isStopping: this.isStopping };
  }

  #waits(pod: Pod): void {
    if (this.#state.type === 'running') this.#state = { ...this.#state, pod };
    if (this.#state.type !== 'asked' && this.#state.type !== 'pending') return;
    const pending = pendingOf(pod, this.launchId);
    this.#state = { type: 'pending', pod, pending };
    if (pending.type === 'hopeless') this.#result.decide({ type: 'hopeless', failure: pending.failure });
  }

  #runs(pod: Pod): void {
    const state = this.#state;
    switch (state.type) {
      case 'asked':
      case 'pending': {
        const timer = this.#context.timers.setTimeout(() => {
          this.#launched();
        }, EXEC_MS);
        this.#state = { type: 'starting', pod, timer };
        // A stop deletes the pod, and the kubelet its output: what is not being read by then is lost.
        this.#context.output?.follow(launchOf(this.subject, pod, this.#context.clock.now()), pod);
        break;
      }
      case 'starting':
        this.#state = { ...state, pod };
        break;
      case 'running': {
        const launch = launchOf(this.subject, pod, state.launch.launchedAt);
        const isSame = state.launch.place === launch.place && state.launch.address === launch.address;
        const isFirst = state.pod === null;
        this.#state = { type: 'running', pod, launch: isSame ? state.launch : launch };
        if (!isSame) this.#publish();
        if (isFirst) this.#context.output?.follow(this.#state.launch, pod);
        break;
      }
      case 'ended':
      case 'removed':
    }
  }

  #launched(): void {
    if (this.#state.type !== 'starting') return;
    const { pod } = this.#state;
    const launch = launchOf(this.subject, pod, this.#context.clock.now());
    this.#state = { type: 'running', pod, launch };
    this.#begin(launch, pod);
    this.#result.decide({ type: 'launched', launch });
  }

  /** Everybody may know that it runs. */
  #begin(launch: Launch, pod: Pod): void {
    const { ledger, log, output } = this.#context;
    const { launchId, startTime, place } = launch;
    this.#publish(launch);
    this.#runningWrite = ledger.running(launchId, { pid: null, startTime, place }).catch((error: unknown) => {
      log.warn({ err: error, launchId }, 'cannot store that a launch is running; the next host learns it from its pod');
    });
    output?.follow(launch, pod);
  }

  #publish(launch = this.launch): void {
    if (launch === null) return;
    const { serviceId, generation } = this.subject;
    const doubt = this.#doubt === null ? {} : { doubt: this.#doubt };
    this.#context.status.put(serviceId, { status: 'alive', generation, launch, ...doubt });
  }

  #end(pod: Pod | null, end: PodEnd): void {
    const before = this.#state;
    if (before.type === 'starting') this.#context.timers.clearTimeout(before.timer);
    const hasRun = before.type === 'running';
    if (end.type === 'refused' && !hasRun) {
      this.#result.decide({ type: 'refused', failure: end.failure });
      this.#ended(pod, null);
      return;
    }
    const now = this.#context.clock.now();
    if (!hasRun && pod !== null) {
      const launch = launchOf(this.subject, pod, now);
      this.#begin(launch, pod);
      this.#result.decide({ type: 'launched', launch });
    }
    this.#ended(pod, exitOfEnd(end, now));
  }

  /** Publishes the end, stores it, and then removes what is left; null: it never ran. */
  #ended(pod: Pod | null, exit: ProcessExit | null): void {
    const { status, ledger, log, crashPoint } = this.#context;
    const { launchId, serviceId, generation } = this.subject;
    this.#state = { type: 'ended', pod, exit };
    crashPoint?.('after-exit-record');
    if (exit === null) status.put(serviceId, { status: 'revoked', generation, launchId });
    else status.put(serviceId, { status: 'exited', generation, launchId, exit });
    const write = async (): Promise<void> => {
      await this.#runningWrite;
      await (exit === null ? ledger.revoked(launchId) : ledger.exited(launchId, exit));
    };
    this.#endWrite = new RetriedLedgerWrite(write, () => void this.#remove(), log);
    this.#ending.decide(exit);
    if (exit === null) this.#result.decide({ type: 'refused', failure: STOPPED }); // unless it is known already
  }

  /** Resolves when its end is in the ledger; rejects if the store is unavailable. */
  stored(): Promise<void> {
    return this.isRemoved ? Promise.resolve() : (this.#endWrite?.writeNow() ?? Promise.resolve());
  }

  /** The end is in the ledger, so nothing in the cluster needs to say it. */
  async #remove(): Promise<void> {
    try {
      await removePod(this, this.#context);
    } catch (error) {
      if (error instanceof Closed) return;
      throw error;
    }
    if (this.#state.type === 'ended') this.#state = { type: 'removed', exit: this.#state.exit };
    this.#removal.decide(undefined);
  }

  /** Ends its program, however long the API server is away; resolves with its end, or null if it never ran. */
  async stop(stop: StopSpec): Promise<ProcessExit | null> {
    const asked = { ...stop, graceMs: stop.signal === 'SIGKILL' ? 0 : stop.graceMs };
    if (asked.graceMs < (this.#stop?.graceMs ?? Infinity)) {
      this.#stop = asked;
      this.#overdueAt = this.#context.clock.now() + asked.graceMs + OVERDUE_MS;
      await this.#askToEnd(asked);
    }
    return this.ended;
  }

  #askToEnd(stop: StopSpec): Promise<void> {
    const ask = (): Promise<void> => endPod(this, stop, this.#context);
    return this.#context.attempts.untilAnswered(ask).catch(leave);
  }

  /** Leaves everything as it is. */
  close(): void {
    if (this.#state.type === 'starting') this.#context.timers.clearTimeout(this.#state.timer);
    this.#endWrite?.giveUp();
  }
}
