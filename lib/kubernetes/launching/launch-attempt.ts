import { transient } from '../../launching/transient-failure.ts';
import type { LaunchFailure, LaunchOutcome } from '../../model/process.ts';
import type { LaunchRequest } from '../../ports/process-host.ts';
import { ApiError } from '../api/api-error.ts';
import type { Pod } from '../api/objects.ts';
import { podOf, unusableBecause } from '../pods/manifest.ts';
import { permitOf } from '../pods/permit.ts';
import type { ConfigFile, PodLaunchRequest } from '../pods/pod-parts.ts';
import { ownerOf } from '../pods/pod-state.ts';
import { leave } from './attempts.ts';
import { configFileOf } from './config-file.ts';
import { createPod, refusalOf, type Creation } from './create-pod.ts';
import { endPod, isCreating, STARTING_MS } from './end-pod.ts';
import type { PodContext } from './pod-context.ts';
import { STOPPED, type LaunchResult } from './launch-of-pod.ts';
import type { PodLaunch } from './pod-launch.ts';

const REVOKED = { signal: 'SIGTERM', graceMs: 1_000 } as const;
const REVOKE_AGAIN_MS = 500;

export interface AttemptParts {
  readonly launch: PodLaunch;
  readonly request: LaunchRequest;
  readonly bootId: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Ends what the previous launch left; returns why that is not possible now, or null. */
  readonly clear: () => Promise<LaunchFailure | null>;
  /** The launch is known from here on, so that what the API says of it finds it. */
  readonly begin: () => void;
  readonly known: Creation['known'];
  readonly removeEnded: Creation['removeEnded'];
}

/** One launch in progress: intent, permit, pod, and then the program or a refusal. */
export class LaunchAttempt {
  readonly #parts: AttemptParts;
  readonly #context: PodContext;
  readonly #cancelled: Promise<'cancelled'>;
  #notifyCancelled: () => void = () => undefined;
  #isCancelled = false;
  #isBegun = false;
  #config: ConfigFile | null = null;

  constructor(parts: AttemptParts, context: PodContext) {
    this.#parts = parts;
    this.#context = context;
    this.#cancelled = new Promise((resolve) => {
      this.#notifyCancelled = () => {
        resolve('cancelled');
      };
    });
  }

  get launch(): PodLaunch {
    return this.#parts.launch;
  }

  /** It is stopped: if its program has not run, it never does. */
  cancel(): void {
    this.#isCancelled = true;
    this.#notifyCancelled();
  }

  /** Runs once. Rejects only with Closed. */
  async run(): Promise<LaunchOutcome> {
    const result = await this.#attempt();
    if (result.type === 'launched') return result;
    const { generation } = this.#parts.request;
    return { type: 'refused', generation, failure: this.#isCancelled ? STOPPED : result.failure };
  }

  async #attempt(): Promise<LaunchResult> {
    const { request, clear } = this.#parts;
    const unusable = unusableBecause(request);
    if (unusable !== null) {
      const message = `Service "${request.serviceId}" cannot be launched: ${unusable}.`;
      return refused({ code: 'EINVAL', isPermanent: true, message });
    }
    const config = await configFileOf(request, this.#context.defaults);
    if ('failure' in config) return refused(config.failure);
    this.#config = config.file;
    const failure = await clear();
    if (failure !== null) return refused(failure);
    if (this.#isCancelled) return refused(STOPPED);
    return this.#intend();
  }

  async #intend(): Promise<LaunchResult> {
    const { request, launch, bootId, begin } = this.#parts;
    const { ledger, crashPoint } = this.#context;
    const { revision = null, env, serviceId, generation, executablePath, version } = request;
    const { launchId, intendedAt } = launch.subject;
    const who = { launchId, serviceId, generation, executablePath, version, intendedAt, bootId };
    const none = { pid: null, startTime: null, place: null, exit: null };
    try {
      await ledger.intend({ ...who, state: 'intent', shim: 'pod', ...none }, { revision, env });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return refused(transient('ESTORE', `Service "${serviceId}" cannot be launched: ${reason}`));
    }
    crashPoint?.('after-intent');
    begin();
    this.#isBegun = true;
    return this.#carryOut();
  }

  async #carryOut(): Promise<LaunchResult> {
    const failure = this.#isCancelled ? STOPPED : await this.#permit();
    if (failure !== null) {
      this.launch.revoke(); // no pod was ever asked for
      return refused(failure);
    }
    const created = await createPod(this.#creation(), this.#context);
    if (created.type === 'created') {
      this.#context.crashPoint?.('after-claim');
      this.launch.observed(created.pod);
      return this.#awaitResult();
    }
    return this.#takeBack(created.type === 'refused' ? created.failure : STOPPED);
  }

  /** Ends what may have been created. If its program runs after all, it was launched; a stop ends that too, and its end is reported as any other. */
  async #takeBack(failure: LaunchFailure): Promise<LaunchResult> {
    if (!this.#isCancelled) await Promise.race([withdrawLaunch(this.launch, this.#context), this.#cancelled]);
    const first = this.#isCancelled ? 'cancelled' : await Promise.race([this.launch.result, this.#cancelled]);
    if (first === 'cancelled') await revokeLaunch(this.launch, this.#context);
    const result = await this.launch.result;
    return result.type === 'launched' ? result : refused(failure);
  }

  async #permit(): Promise<LaunchFailure | null> {
    const { calls, defaults, crashPoint } = this.#context;
    try {
      await calls.createPermit(permitOf(this.#podRequest(), defaults.instance));
      crashPoint?.('after-spawn');
      return null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return refusalOf(error, this.#parts.request.serviceId);
    }
  }

  #podRequest(): PodLaunchRequest {
    const { request, environment, launch } = this.#parts;
    return { request, launchId: launch.launchId, name: launch.name, env: environment, config: this.#config };
  }

  #creation(): Creation {
    const { known, removeEnded, launch } = this.#parts;
    const { launchId, serviceId } = launch;
    const pod = podOf(this.#podRequest(), this.#context.defaults);
    return { launchId, serviceId, pod, isCancelled: () => this.#isCancelled, known, removeEnded };
  }

  async #awaitResult(): Promise<LaunchResult> {
    const { timers, launchTimeoutMs } = this.#context;
    let timer: unknown = null;
    const late = new Promise<'late'>((resolve) => {
      timer = timers.setTimeout(() => {
        resolve('late');
      }, launchTimeoutMs);
    });
    const first = await Promise.race([this.launch.result, this.#cancelled, late]);
    timers.clearTimeout(timer);
    if (typeof first === 'object' && first.type !== 'hopeless') return first;
    if (typeof first === 'object') {
      // It never runs, so nobody has to wait for a kubelet to say that (more than a minute on 1.20); the next launch does.
      void withdrawLaunch(this.launch, this.#context).catch(leave);
      return refused(first.failure);
    }
    const failure = first === 'late' ? this.#lateFailure() : STOPPED;
    return this.#takeBack(failure);
  }

  #lateFailure(): LaunchFailure {
    const { hindrance, serviceId, name } = this.launch;
    const seconds = this.#context.launchTimeoutMs / 1_000;
    const message = `Service "${serviceId}" cannot be launched: pod ${name} did not run its program within ${seconds} s.`;
    return hindrance ?? transient('ETIMEDOUT', message);
  }

  /** Whether the ledger knows of it. */
  get isBegun(): boolean {
    return this.#isBegun;
  }
}

/**
 * Takes a launch back that took too long, unless its program runs in the meantime. As {@link revokeLaunch}, but a container
 * that is being created is given time: what a host has wanted it does not end just because it came late.
 */
export async function withdrawLaunch(launch: PodLaunch, context: PodContext): Promise<void> {
  const { calls, attempts } = context;
  for (let waitedMs = 0; waitedMs < STARTING_MS && !launch.isSettled; waitedMs += REVOKE_AGAIN_MS) {
    const pod = await attempts.untilAnswered(() => calls.readPod(launch.name));
    if (!isOf(pod, launch)) break;
    launch.observed(pod);
    if (!isCreating(pod)) break; // it runs, or cannot
    await Promise.race([launch.ended, attempts.turn(REVOKE_AGAIN_MS)]); // not its result, which may be known as hopeless
  }
  if (!launch.isSettled) await revokeLaunch(launch, context, 0);
}

/**
 * Takes a launch back whose program is not known to run. If there is a pod it is ended: then it is known whether its program
 * ran. If there is none its permit is deleted, without which a pod whose creation arrives later cannot start. That of a pod
 * that exists is deleted with it: a kubelet of 1.20 that waits for a Secret when its pod is deleted may never say that the
 * pod has ended. Resolves when all that is known.
 */
export async function revokeLaunch(launch: PodLaunch, context: PodContext, startingMs?: number): Promise<void> {
  const { calls, attempts } = context;
  launch.unwanted();
  let isPermitted = true;
  let isAsked = false;
  while (!launch.isEnded) {
    const pod = await attempts.untilAnswered(() => calls.readPod(launch.name));
    if (isOf(pod, launch)) {
      launch.observed(pod);
      if (!isAsked) await attempts.untilAnswered(() => endPod(launch, REVOKED, context, startingMs));
      isAsked = true;
      await Promise.race([launch.ended, attempts.turn(REVOKE_AGAIN_MS)]);
    } else if (isPermitted) {
      await attempts.untilAnswered(() => calls.deletePermit(launch.launchId));
      isPermitted = false; // and is there a pod by now?
    } else {
      launch.gone();
      launch.revoke();
    }
  }
}

function isOf(pod: Pod | null, launch: PodLaunch): pod is Pod {
  return pod !== null && ownerOf(pod)?.launchId === launch.launchId;
}

function refused(failure: LaunchFailure): LaunchResult {
  return { type: 'refused', failure };
}
