import { StoreUnavailableError } from '../../../lib/model/errors.ts';
import type { ServiceId } from '../../../lib/model/values/ids.ts';
import type { Ports } from '../../../lib/model/values/port-token.ts';
import type { PortRegistry, ReplacedPort } from '../../../lib/ports/port-registry.ts';

/** A port registry that gives out ports from 20000 on and forgets them with the test. */
export class MemoryPortRegistry implements PortRegistry {
  /** Ports on which another program listens. */
  readonly taken = new Set<number>();
  /** Which programs these are, as far as it is known. */
  readonly holders = new Map<number, string>();
  /** The number of changes. */
  writes = 0;
  /** Every change is rejected. */
  isBroken = false;
  readonly #ports = new Map<ServiceId, Record<string, number>>();

  /** Another registry with the same ports. */
  forked(): MemoryPortRegistry {
    const fork = new MemoryPortRegistry();
    for (const port of this.taken) fork.taken.add(port);
    for (const [port, holder] of this.holders) fork.holders.set(port, holder);
    for (const [serviceId, ports] of this.#ports) fork.#ports.set(serviceId, { ...ports });
    fork.writes = this.writes;
    fork.isBroken = this.isBroken;
    return fork;
  }

  known(serviceId: ServiceId): Ports {
    return { ...this.#ports.get(serviceId) };
  }

  isFree(port: number): Promise<boolean> {
    return Promise.resolve(!this.taken.has(port));
  }

  holder(port: number): Promise<string | null> {
    return Promise.resolve(this.holders.get(port) ?? null);
  }

  assign(serviceId: ServiceId, names: readonly string[]): Promise<readonly ReplacedPort[]> {
    const own = this.#ports.get(serviceId) ?? {};
    const isComplete = names.every((name) => own[name] !== undefined && !this.taken.has(own[name]));
    if (this.isBroken && !isComplete) return this.#refusal();
    this.#ports.set(serviceId, own);
    this.writes += 1;
    const replaced = names.flatMap((name) => {
      const from = own[name];
      if (from !== undefined && !this.taken.has(from)) return [];
      const to = (own[name] = this.#next());
      return from === undefined ? [] : [{ name, from, to }];
    });
    return Promise.resolve(replaced);
  }

  #next(): number {
    const given = new Set([...this.#ports.values()].flatMap((ports) => Object.values(ports)));
    let port = 20_000;
    while (given.has(port) || this.taken.has(port)) port += 1;
    return port;
  }

  owners(): readonly ServiceId[] {
    return [...this.#ports.keys()];
  }

  release(serviceId: ServiceId): Promise<void> {
    if (!this.#ports.has(serviceId)) return Promise.resolve();
    if (this.isBroken) return this.#refusal();
    this.#ports.delete(serviceId);
    this.writes += 1;
    return Promise.resolve();
  }

  #refusal(): Promise<never> {
    return Promise.reject(new StoreUnavailableError('The port registry is broken by its test.'));
  }
}

/** For launches without ports. */
export const NO_PORTS = { prepared: <Request>(request: Request): Promise<Request> => Promise.resolve(request) };
