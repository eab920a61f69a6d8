import type { LaunchId, ServiceId } from '../../model/ids.ts';

/** What one launch has used by a reading. */
export interface LaunchCpu {
  readonly serviceId: ServiceId;
  readonly launchId: LaunchId;
  readonly cpuSeconds: number;
}

/**
 * Adds up the processor time of services over their launches. What a tree is seen to use may fall: a child ends during the reading, so
 * that neither it nor its parent tells of its time, or its parent never waits for it. The account stands still then until the
 * tree is above its highest mark again; it never falls, and counts nothing twice.
 */
export class CpuAccounts {
  readonly #totals = new Map<ServiceId, number>();
  #marks = new Map<LaunchId, number>();

  /** Enters a reading of all launches that are looked after, and gives the totals of their services. */
  enter(launches: readonly LaunchCpu[]): ReadonlyMap<ServiceId, number> {
    const marks = new Map<LaunchId, number>();
    const totals = new Map<ServiceId, number>();
    for (const { serviceId, launchId, cpuSeconds } of launches) {
      const mark = this.#marks.get(launchId) ?? 0; // a new one is counted from its beginning
      const total = (this.#totals.get(serviceId) ?? 0) + Math.max(0, cpuSeconds - mark);
      marks.set(launchId, Math.max(mark, cpuSeconds));
      this.#totals.set(serviceId, total);
      totals.set(serviceId, total);
    }
    this.#marks = marks;
    return totals;
  }
}
