import type { Ports } from '../model/values/port-token.ts';
import type { ServiceId } from '../model/values/ids.ts';

/** A port that a service has lost to another program, and its replacement. */
export interface ReplacedPort {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/**
 * TCP ports of services (`${port.NAME}`). A service keeps its ports, also across hosts, until it is deleted or another
 * program listens on one of them when it is launched.
 */
export interface PortRegistry {
  /** The ports of a service. */
  known(serviceId: ServiceId): Ports;

  /** Whether no program listens on the port. */
  isFree(port: number): Promise<boolean>;

  /** The program that listens on the port, as `nginx (pid 812)`; null: unknown. */
  holder(port: number): Promise<string | null>;

  /**
   * Assigns the service a free port for each name, unless it has one already; durable when it resolves. Throws
   * StoreUnavailableError, and another error if there is no free port.
   */
  assign(serviceId: ServiceId, names: readonly string[]): Promise<readonly ReplacedPort[]>;

  /** The services that have ports. */
  owners(): readonly ServiceId[];

  /** Releases the ports of a service. Throws StoreUnavailableError. */
  release(serviceId: ServiceId): Promise<void>;
}

/** Finds free ports on this machine. */
export interface PortFinder {
  /**
   * Finds a port on which no program listens, which the system assigns to no other program, and which is not in
   * `taken`.
   */
  readonly find: (taken: ReadonlySet<number>) => Promise<number>;
  /** Whether no program listens on the port. */
  readonly isFree: (port: number) => Promise<boolean>;
  /** The program that listens on the port, as `nginx (pid 812)`; null: unknown. */
  readonly holder: (port: number) => Promise<string | null>;
}
