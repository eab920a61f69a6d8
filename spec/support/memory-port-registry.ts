import type { ServiceId } from '../../lib/model/values/ids.ts';
import type { PortRegistry } from '../../lib/ports/port-registry.ts';

/** A port registry in memory that allocates ports from 20000 on. */
export class MemoryPortRegistry implements PortRegistry {
  readonly #ports = new Map<string, number>();

  portOf(serviceId: ServiceId, name: string): Promise<number> {
    const key = `${serviceId}/${name}`;
    const port = this.#ports.get(key) ?? 20_000 + this.#ports.size;
    this.#ports.set(key, port);
    return Promise.resolve(port);
  }
}
