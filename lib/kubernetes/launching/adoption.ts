import type { Doubt, Launch } from '../../model/process.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { LaunchEntry } from '../../ports/launch-ledger.ts';
import type { Pod } from '../api/objects.ts';
import { ownerOf, type PodOwner } from '../pods/pod-state.ts';
import { withdrawLaunch } from './launch-attempt.ts';
import type { PodContext } from './pod-context.ts';
import type { PodLaunches } from './pod-launches.ts';
import { POD_GUARANTEES } from './launch-of-pod.ts';
import { PodLaunch } from './pod-launch.ts';

/** How long a launch of the previous host may take until its program runs; then it is taken back, unless that begins in the meantime. */
const FOLLOW_MS = 15_000;

export interface AdoptionParts {
  readonly context: PodContext;
  readonly launches: PodLaunches;
  readonly nameOf: (serviceId: ServiceId) => string;
  readonly basePath: string;
  /** The pod as the first list has it; null: it has none. */
  readonly listed: (name: string) => Pod | null;
}

/** Takes over what earlier hosts launched. */
export class Adoption {
  readonly #parts: AdoptionParts;

  constructor(parts: AdoptionParts) {
    this.#parts = parts;
  }

  /** A launch whose end is in the ledger, and of which something may be left. */
  takeEnded(entry: LaunchEntry, pod: Pod): void {
    const launch = this.#launchOf(entry);
    launch.endedBefore(pod, entry.exit);
    this.#parts.launches.add(launch);
  }

  /** A launch whose end is not in the ledger, which is known from here on. */
  begin(entry: LaunchEntry): PodLaunch {
    const launch = this.#launchOf(entry);
    this.#parts.launches.add(launch);
    return launch;
  }

  /** It was running, and the cluster cannot be asked yet. */
  assume(launch: PodLaunch, entry: LaunchEntry, doubt: Doubt): void {
    const running = launchIn(entry);
    if (running === null || launch.launch !== null || launch.isEnded) return;
    launch.adopt(running);
    launch.doubt(doubt);
  }

  /** Finds out what became of it; resolves when that is known. The first list must have been observed. */
  async take(launch: PodLaunch, entry: LaunchEntry): Promise<void> {
    const { context, listed } = this.#parts;
    const pod = await this.#podOf(launch, listed(launch.name));
    const running = launchIn(entry);
    context.crashPoint?.('mid-adoption');
    if (running !== null && launch.launch === null) launch.adopt(running);
    if (pod !== null) {
      launch.observed(pod);
      launch.doubt(null);
      if (running === null) await this.#follow(launch);
    } else if (running === null) await withdrawLaunch(launch, context);
    else launch.gone();
  }

  /** Enters a launch in the ledger that it does not know. */
  async takeOrphan(owner: PodOwner, pod: Pod, bootId: string): Promise<void> {
    const { ledger, clock } = this.#parts.context;
    const rest = { bootId, pid: null, startTime: null, place: null, exit: null };
    const entry: LaunchEntry = { ...owner, ...rest, state: 'intent', shim: 'pod', intendedAt: clock.now() };
    await ledger.intend(entry);
    this.begin(entry).observed(pod);
  }

  async #podOf(launch: PodLaunch, listed: Pod | null): Promise<Pod | null> {
    const { calls, attempts } = this.#parts.context;
    const pod = listed ?? (await attempts.untilAnswered(() => calls.readPod(launch.name)));
    return pod !== null && ownerOf(pod)?.launchId === launch.launchId ? pod : null;
  }

  /** Its pod exists; whether its program runs follows within moments. */
  async #follow(launch: PodLaunch): Promise<void> {
    const { context } = this.#parts;
    let timer: unknown = null;
    const late = new Promise<null>((resolve) => {
      timer = context.timers.setTimeout(() => {
        resolve(null);
      }, FOLLOW_MS);
    });
    const result = await Promise.race([launch.result, late]);
    context.timers.clearTimeout(timer);
    if (result === null || result.type === 'hopeless') await withdrawLaunch(launch, context);
  }

  #launchOf(entry: LaunchEntry): PodLaunch {
    const { launchId, serviceId, generation, executablePath, version, intendedAt } = entry;
    const subject = { launchId, serviceId, generation, executablePath, version, intendedAt, cwd: this.#parts.basePath };
    return new PodLaunch(subject, this.#parts.nameOf(serviceId), this.#parts.context);
  }
}

/** The launch as the ledger has it; null: it is not known to have run. */
function launchIn(entry: LaunchEntry): Launch | null {
  if (entry.state !== 'running' || entry.startTime === null) return null;
  const { launchId, serviceId, generation, executablePath, version, intendedAt, startTime, place } = entry;
  return {
    ...{ launchId, serviceId, generation, executablePath, version, startTime, place, pid: null },
    address: '',
    launchedAt: intendedAt,
    guarantees: POD_GUARANTEES,
  };
}
