import { z } from 'zod';
import { serviceId } from '../model/values/id-schema.ts';
import type { ServiceId } from '../model/values/ids.ts';
import type { FindFreePort, PortRegistry } from '../ports/port-registry.ts';
import { inserter, type RowWrite } from './rows/batch.ts';
import type { RowSource } from './rows/row-reader.ts';
import type { StoreContext } from './sqlite-actor-store.ts';

/** A named port of a service. */
interface PortRow {
  readonly serviceId: ServiceId;
  readonly name: string;
  readonly port: number;
}

const COLUMNS = ['service_id', 'name', 'port'] as const;
const insert = inserter('port', COLUMNS);

const portRow = z
  .strictObject({ service_id: serviceId, name: z.string().min(1), port: z.int().min(1).max(65_535) })
  .transform(({ service_id, ...row }): PortRow => ({ ...row, serviceId: service_id }));

/** All ports that were ever allocated. */
const PORTS: RowSource<PortRow> = { table: 'port', columns: COLUMNS.join(', '), shape: portRow };

/** Inserts a port; neither it nor its name within the service may be taken. */
function insertPort({ serviceId, name, port }: PortRow): RowWrite {
  return insert(port, { service_id: serviceId, name, port });
}

/**
 * The port registry in SQLite. It handles one request at a time, so that two simultaneous ones do not get the same
 * port. A port belongs to its service permanently, so that clients find a service again when it returns.
 */
export class SqlitePortRegistry implements PortRegistry {
  readonly #context: Pick<StoreContext, 'queue' | 'reader'>;
  readonly #findFreePort: FindFreePort;
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: Pick<StoreContext, 'queue' | 'reader'>, findFreePort: FindFreePort) {
    this.#context = context;
    this.#findFreePort = findFreePort;
  }

  portOf(serviceId: ServiceId, name: string): Promise<number> {
    const answer = this.#last.then(() => this.#answer(serviceId, name));
    this.#last = answer.catch(() => undefined); // reported to the caller
    return answer;
  }

  async #answer(serviceId: ServiceId, name: string): Promise<number> {
    const rows = await this.#context.reader.read(PORTS, 'ORDER BY rowid');
    const known = rows.find((row) => row.serviceId === serviceId && row.name === name);
    if (known !== undefined) return known.port;
    const port = await this.#findFreePort(new Set(rows.map((row) => row.port)));
    await this.#context.queue.write([insertPort({ serviceId, name, port })]);
    return port;
  }
}
