import type { ServiceId } from '../model/values/ids.ts';

/** TCP ports for services (`${port.NAME}`): each was free when it was allocated, and is the service's own from then on. */
export interface PortRegistry {
  /** The port of that name; allocated and made durable at the first call. Throws StoreUnavailableError. */
  portOf(serviceId: ServiceId, name: string): Promise<number>;
}

/** Finds a TCP port that nobody listens on at present and that is not one of the `taken` ones. */
export type FindFreePort = (taken: ReadonlySet<number>) => Promise<number>;
