import { EXPECTED_ENDS } from '../../../lib/model/states.ts';
import type { ServiceId } from '../../../lib/model/values/ids.ts';
import type { LaunchEnd, LaunchHistory, PastLaunch } from '../../../lib/ports/launch-ledger.ts';

/** The launches of services in memory, as a test has put them there. */
export class MemoryLaunchHistory implements LaunchHistory {
  readonly launches: PastLaunch[] = [];

  page(serviceId: ServiceId, before: number, limit: number): Promise<readonly PastLaunch[]> {
    const matching = this.#newest(serviceId, ({ generation, state }) => generation < before && state !== 'revoked');
    return Promise.resolve(matching.slice(0, limit));
  }

  one(serviceId: ServiceId, generation: number): Promise<PastLaunch | null> {
    return this.#first(serviceId, (launch) => launch.generation === generation);
  }

  lastStable(serviceId: ServiceId, before: number): Promise<PastLaunch | null> {
    return this.#first(serviceId, ({ generation, end }) => generation < before && end?.isStable === true);
  }

  lastFailed(serviceId: ServiceId): Promise<PastLaunch | null> {
    return this.#first(serviceId, ({ end }) => end !== null && !EXPECTED_ENDS.includes(end.class));
  }

  ended(serviceId: ServiceId, generation: number, end: LaunchEnd): Promise<void> {
    const index = this.launches.findIndex((one) => one.serviceId === serviceId && one.generation === generation);
    const launch = this.launches[index];
    if (launch?.end === null) this.launches[index] = { ...launch, end };
    return Promise.resolve();
  }

  withoutEnd(): ReturnType<LaunchHistory['withoutEnd']> {
    const without = this.launches.filter(({ state, end }) => state === 'exited' && end === null);
    return Promise.resolve(without.map(({ serviceId, generation }) => ({ serviceId, generation })));
  }

  async #first(serviceId: ServiceId, isWanted: (launch: PastLaunch) => boolean): Promise<PastLaunch | null> {
    return Promise.resolve(this.#newest(serviceId, isWanted)[0] ?? null);
  }

  #newest(serviceId: ServiceId, isWanted: (launch: PastLaunch) => boolean): PastLaunch[] {
    const matching = this.launches.filter((launch) => launch.serviceId === serviceId && isWanted(launch));
    return matching.sort((a, b) => b.generation - a.generation);
  }
}
