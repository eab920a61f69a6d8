import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Orphan, OrphanPolicy } from '../../ports/process-host.ts';
import type { Pod } from '../api/objects.ts';
import { finalizerIndex, isDeleted, isOver, isRunning, ownerOf, placeOf, type PodOwner } from '../pods/pod-state.ts';
import type { PodContext } from './pod-context.ts';

const GRACE_S = 30;
const CHECK_MS = 500;

/** A pod of this instance that runs, and that the ledger does not know. */
interface HeldPod {
  readonly owner: PodOwner;
  readonly orphan: Orphan;
  pod: Pod | null;
}

/** Pods of this instance that the ledger does not know: its database was lost, or is an older copy. */
export class OrphanPods {
  readonly #held = new Map<LaunchId, HeldPod>();
  readonly #others: Orphan[] = [];
  readonly #removing = new Set<string>();
  readonly #context: PodContext;
  readonly #policy: OrphanPolicy;
  readonly #clock: Clock;
  readonly #adopt: (owner: PodOwner, pod: Pod) => Promise<void>;

  constructor(
    context: PodContext,
    options: {
      readonly policy: OrphanPolicy;
      readonly clock: Clock;
      /** Enters the launch in the ledger and supervises it. */
      readonly adopt: (owner: PodOwner, pod: Pod) => Promise<void>;
    },
  ) {
    this.#context = context;
    this.#policy = options.policy;
    this.#clock = options.clock;
    this.#adopt = options.adopt;
  }

  all(): readonly Orphan[] {
    return [...this.#others, ...[...this.#held.values()].map(({ orphan }) => orphan)];
  }

  held(): readonly Orphan[] {
    return [...this.#held.values()].flatMap(({ orphan, pod }) => (pod === null ? [] : [orphan]));
  }

  newestGeneration(serviceId: ServiceId): number {
    return Math.max(0, ...this.#of(serviceId).map(({ owner }) => owner.generation));
  }

  /** Why a service cannot be launched now; null: no orphan of it runs. */
  reasonAgainst(serviceId: ServiceId): string | null {
    return this.#of(serviceId).find(({ pod }) => pod !== null)?.orphan.reason ?? null;
  }

  #of(serviceId: ServiceId): readonly HeldPod[] {
    return [...this.#held.values()].filter(({ owner }) => owner.serviceId === serviceId);
  }

  /** A pod of a launch that this host does not know, as the API gives it. */
  async take(pod: Pod): Promise<void> {
    const owner = ownerOf(pod);
    if (owner === null) return; // not a pod of a launch
    if (isDeleted(pod) && finalizerIndex(pod) === -1) return; // the last that is heard of a removed one
    const known = this.#held.get(owner.launchId);
    if (known !== undefined) known.pod = pod;
    if (isOver(pod)) {
      await this.remove(pod);
      return;
    }
    if (known !== undefined) return;
    if (
      !isRunning(pod) &&
      !(await this.#context.attempts.untilAnswered(() => this.#context.calls.hasPermit(owner.launchId)))
    ) {
      await this.#end(pod, 1); // the launch was revoked, and its pod arrived later: it cannot start
      return;
    }
    await this.#decide(owner, pod);
  }

  async #decide(owner: PodOwner, pod: Pod): Promise<void> {
    const place = placeOf(pod);
    const base = { launchId: owner.launchId, serviceId: owner.serviceId, generation: owner.generation };
    const found = { ...base, pid: null, place, foundAt: this.#clock.now() };
    const what = `A process of service "${owner.serviceId}" (${place}) is running that the database does not know`;
    switch (this.#policy) {
      case 'adopt':
        await this.#adopt(owner, pod);
        this.#others.push({ ...found, fate: 'adopted', reason: `${what}. It was adopted.` });
        break;
      case 'kill':
        this.#others.push({ ...found, fate: 'killed', reason: `${what}. It is being ended.` });
        await this.#end(pod, GRACE_S);
        break;
      case 'report': {
        const reason = `${what}. Stop the service to end it, or start the host with --orphans adopt or --orphans kill.`;
        this.#held.set(owner.launchId, { owner, pod, orphan: { ...found, fate: 'reported', reason } });
      }
    }
  }

  /** A pod is gone. */
  gone(pod: Pod): void {
    const owner = ownerOf(pod);
    const held = owner === null ? undefined : this.#held.get(owner.launchId);
    if (held?.pod?.metadata.uid === pod.metadata.uid && held !== undefined) held.pod = null;
  }

  /** Ends all orphans of a service; resolves when they are gone. */
  async endAll(serviceId: ServiceId, graceMs: number): Promise<void> {
    const held = this.#of(serviceId).filter(({ pod }) => pod !== null);
    await Promise.all(held.map((one) => this.#endHeld(one, Math.max(1, Math.ceil(graceMs / 1_000)))));
  }

  async #endHeld(held: HeldPod, graceSeconds: number): Promise<void> {
    if (held.pod !== null) await this.#end(held.pod, graceSeconds);
    while (held.pod !== null) await this.#context.attempts.wait(CHECK_MS);
  }

  async #end(pod: Pod, graceSeconds: number): Promise<void> {
    const { attempts, calls } = this.#context;
    await attempts.untilAnswered(() => calls.deletePod(pod, graceSeconds));
  }

  /** Removes a pod that has ended. */
  async remove(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    if (this.#removing.has(uid)) return;
    this.#removing.add(uid);
    const { attempts, calls } = this.#context;
    try {
      for (let current: Pod | null = pod; current?.metadata.uid === uid;) {
        const one: Pod = current;
        await attempts.untilAnswered(() => calls.deletePod(one, 0));
        if (await attempts.untilAnswered(() => calls.release(one))) break;
        await attempts.turn(CHECK_MS);
        current = await attempts.untilAnswered(() => calls.readPod(one.metadata.name));
      }
      const owner = ownerOf(pod);
      if (owner !== null) await attempts.untilAnswered(() => calls.deletePermit(owner.launchId));
      this.gone(pod);
    } finally {
      this.#removing.delete(uid);
    }
  }
}
