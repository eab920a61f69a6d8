import type { Ports } from '../model/values/port-token.ts';
import type { ServiceId } from '../model/values/ids.ts';

/** A port that a service has lost to another program, and the one that it has instead. */
export interface ReplacedPort {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/**
 * TCP ports of services (`${port.NAME}`). A service keeps its ports, also across hosts, until it is deleted or another program
 * listens on one of them when it is launched.
 */
export interface PortRegistry {
  /** The ports that a service has. */
  known(serviceId: ServiceId): Ports;

  /** Whether nobody listens on the port. */
  isFree(port: number): Promise<boolean>;

  /** The program that listens on the port, as `nginx (pid 812)`; null: unknown. */
  holder(port: number): Promise<string | null>;

  /**
   * Sees to it that the service has a port of each name on which nobody listens; durable when it resolves. Throws
   * StoreUnavailableError, and another error if there is no free port.
   */
  assign(serviceId: ServiceId, names: readonly string[]): Promise<readonly ReplacedPort[]>;

  /** The services that have ports. */
  owners(): readonly ServiceId[];

  /** Takes the ports of a service back. Throws StoreUnavailableError. */
  release(serviceId: ServiceId): Promise<void>;
}

/** Tests the ports of this machine. */
export interface PortFinder {
  /** Finds a port on which nobody listens, that the system gives to nobody else, and that is not one of the `taken` ones. */
  readonly find: (taken: ReadonlySet<number>) => Promise<number>;
  /** Whether nobody listens on the port. */
  readonly isFree: (port: number) => Promise<boolean>;
  /** The program that listens on the port, as `nginx (pid 812)`; null: unknown. */
  readonly holder: (port: number) => Promise<string | null>;
}
