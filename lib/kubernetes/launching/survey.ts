import { transient } from '../../launching/transient-failure.ts';
import type { Launch, LaunchFailure } from '../../model/process.ts';
import { parseLaunchId, type ServiceId } from '../../model/values/ids.ts';
import type { LaunchEntry } from '../../ports/launch-ledger.ts';
import type { Pod } from '../api/objects.ts';
import { INSTANCE_LABEL, permittedLaunch } from '../pods/names.ts';
import { ownerOf } from '../pods/pod-state.ts';
import type { Reflector } from '../watch/reflector.ts';
import type { Adoption } from './adoption.ts';
import { leave } from './attempts.ts';
import type { OrphanPods } from './orphan-pods.ts';
import type { PodContext } from './pod-context.ts';
import type { PodLaunch } from './pod-launch.ts';
import type { PodLaunches } from './pod-launches.ts';

/** How long a boot waits for the cluster; then services that were running are in doubt until it answers. */
const SURVEY_MS = 10_000;

const UNDECIDED = 'is not known yet what became of its previous launch';

export interface SurveyParts {
  readonly context: PodContext;
  readonly launches: PodLaunches;
  readonly adoption: Adoption;
  readonly orphans: OrphanPods;
  readonly pods: Reflector<Pod>;
  readonly nameOf: (serviceId: ServiceId) => string;
  /** Whether the launches on record are those of this instance. */
  readonly ownsRecords: boolean;
}

/** Finds out what became of the launches of earlier hosts, however late the cluster answers. */
export class Survey {
  readonly #parts: SurveyParts;
  /** Launches of which it is not known yet what became of them. */
  readonly #undecided = new Map<ServiceId, PodLaunch>();
  /** Launches that turned out after the survey to have run, which their actors do not know. */
  readonly #found = new Map<ServiceId, { readonly known: PodLaunch; readonly launch: Launch }>();
  /** Launches whose end a stop tells. */
  readonly #stopped = new WeakSet<PodLaunch>();
  /** Launches of other engines, which cannot be seen from here. */
  readonly #foreign = new Map<ServiceId, LaunchEntry>();
  #isSurveyed = false;

  constructor(parts: SurveyParts) {
    this.#parts = parts;
  }

  /** Resolves when it is known what became of the launches, or when the cluster has not answered for some time. */
  async run(newest: readonly LaunchEntry[], learned: Promise<void>): Promise<void> {
    const { timers } = this.#parts.context;
    let timer: unknown = null;
    const late = new Promise<'late'>((resolve) => {
      timer = timers.setTimeout(() => {
        resolve('late');
      }, SURVEY_MS);
    });
    // Launches need what is learned, and they come next.
    const all = Promise.all([this.#surveyAll(newest), learned]);
    if ((await Promise.race([all, late])) === 'late') this.#assume(newest);
    timers.clearTimeout(timer);
  }

  /** A pod of no known launch. */
  async takeUnknown(pod: Pod): Promise<void> {
    if (!this.#isSurveyed) return; // taken at the end of the survey
    const owner = ownerOf(pod);
    if (owner !== null && this.#parts.launches.get(owner.launchId) === null) await this.#parts.orphans.take(pod);
  }

  /** The launch that was found to have run, once; it may have ended since. Null: there is none. */
  takeFound(serviceId: ServiceId): Launch | null {
    const found = this.#found.get(serviceId);
    this.#found.delete(serviceId);
    return found?.launch ?? null;
  }

  /**
   * The launch of a service that its actor does not know, which may have ended: for a stop, which tells its end, so that it is
   * not found afterwards. Null: there is none.
   */
  takeToStop(serviceId: ServiceId): PodLaunch | null {
    const unknown = this.#undecided.get(serviceId) ?? this.#found.get(serviceId)?.known ?? null;
    this.#found.delete(serviceId);
    if (unknown !== null) this.#stopped.add(unknown);
    return unknown;
  }

  /** Why a service cannot be launched now; null: nothing is known against it. */
  reasonAgainst(serviceId: ServiceId): LaunchFailure | null {
    const foreign = this.#foreign.get(serviceId);
    if (foreign !== undefined) return transient('EUNREADABLE', foreignReason(foreign));
    return this.#undecided.has(serviceId) ? transient('EAPI', undecidedReason(serviceId)) : null;
  }

  /** Why a launch of a service has to wait; null: it has not. */
  obstacleTo(serviceId: ServiceId): string | null {
    return this.#undecided.has(serviceId) ? `It ${UNDECIDED}.` : null;
  }

  problems(): readonly string[] {
    const undecided = this.#isSurveyed ? [...this.#undecided.keys()] : [];
    return [...[...this.#foreign.values()].map(foreignReason), ...undecided.map(undecidedReason)];
  }

  /** Resolves when it is known of each launch what became of it. */
  async #surveyAll(newest: readonly LaunchEntry[]): Promise<void> {
    const open = newest.filter((entry) => this.#begin(entry));
    const launches = open.map((entry) => [entry, this.#parts.adoption.begin(entry)] as const);
    for (const [{ serviceId }, launch] of launches) this.#undecided.set(serviceId, launch);
    await this.#parts.pods.start();
    if (!this.#parts.pods.isSynced) return; // closed
    for (const entry of newest) this.#takeRest(entry);
    const undecided = launches.map(async ([entry, launch]) => {
      await this.#parts.adoption.take(launch, entry);
      const result = entry.state === 'intent' ? await launch.result : null;
      this.#undecided.delete(entry.serviceId);
      if (!this.#isSurveyed || result?.type !== 'launched' || this.#stopped.has(launch)) return;
      this.#found.set(entry.serviceId, { known: launch, launch: result.launch });
    });
    await Promise.all(undecided.map((one) => one.catch(leave)));
    this.#isSurveyed = true;
    await Promise.all(this.#parts.pods.all().map((pod) => this.takeUnknown(pod).catch(leave)));
    await this.#removePermits().catch(leave);
  }

  /** Publishes what is known of a launch; returns whether its end is not. */
  #begin(entry: LaunchEntry): boolean {
    const { serviceId, generation, launchId, state } = entry;
    if (state === 'exited' && entry.exit !== null) {
      this.#parts.context.status.put(serviceId, { status: 'exited', generation, launchId, exit: entry.exit });
      return false;
    }
    if (state === 'revoked' || state === 'exited') {
      this.#parts.context.status.put(serviceId, { status: 'revoked', generation, launchId });
      return false;
    }
    if (entry.shim !== 'pod' || !this.#parts.ownsRecords) {
      this.#foreign.set(serviceId, entry);
      return false;
    }
    return true;
  }

  /** The pod of a launch whose end is stored already. */
  #takeRest(entry: LaunchEntry): void {
    if (entry.shim !== 'pod' || (entry.state !== 'exited' && entry.state !== 'revoked')) return;
    const pod = this.#parts.pods.get(this.#parts.nameOf(entry.serviceId));
    if (pod !== null && ownerOf(pod)?.launchId === entry.launchId) this.#parts.adoption.takeEnded(entry, pod);
  }

  /** The cluster does not answer: what was running is in doubt. */
  #assume(newest: readonly LaunchEntry[]): void {
    const doubt = { since: this.#parts.context.clock.now(), reason: 'the cluster does not answer' };
    for (const entry of newest) {
      const launch = this.#undecided.get(entry.serviceId);
      if (launch?.launchId === entry.launchId) this.#parts.adoption.assume(launch, entry, doubt);
    }
    this.#isSurveyed = true;
  }

  /** Permits that an earlier host left, and that no launch has. */
  async #removePermits(): Promise<void> {
    const { calls } = this.#parts.context;
    const selector = `${INSTANCE_LABEL}=${this.#parts.context.defaults.instance}`;
    const permits = await this.#parts.context.attempts.untilAnswered(() => calls.permits(selector));
    const ofPods = new Set<string>(this.#parts.pods.all().flatMap((pod) => ownerOf(pod)?.launchId ?? []));
    for (const { metadata } of permits) {
      const launchId = permittedLaunch(metadata.name);
      if (launchId === null || ofPods.has(launchId)) continue;
      if (this.#parts.launches.get(parseLaunchId(launchId)) !== null) continue;
      await this.#parts.context.attempts.untilAnswered(() => calls.deletePermit(launchId));
    }
  }
}

function undecidedReason(serviceId: ServiceId): string {
  return `Service "${serviceId}" cannot be launched: it ${UNDECIDED}.`;
}

function foreignReason({ serviceId, launchId }: LaunchEntry): string {
  return `It is unknown whether service "${serviceId}" is running: its launch "${launchId}" was made by another engine. Start the host with the engine that made it, and stop the service there first.`;
}
