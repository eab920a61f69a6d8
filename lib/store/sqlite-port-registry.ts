import { z } from 'zod';
import { serviceId } from '../model/values/id-schema.ts';
import type { ServiceId } from '../model/values/ids.ts';
import type { Ports } from '../model/values/port-token.ts';
import type { PortFinder, PortRegistry, ReplacedPort } from '../ports/port-registry.ts';
import { inserter, rowFor, type RowWrite } from './rows/batch.ts';
import type { RowSource } from './rows/row-reader.ts';
import type { StoreContext } from './sqlite-actor-store.ts';

/** A port that belongs to a service under a name. */
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

/** Every port that was ever allocated. */
const PORTS: RowSource<PortRow> = { table: 'port', columns: COLUMNS.join(', '), shape: portRow };

/** Adds a port; neither it nor the name within the service may be taken. */
function insertPort({ serviceId, name, port }: PortRow): RowWrite {
  return insert(port, { service_id: serviceId, name, port });
}

const REMOVE = {
  table: 'port',
  sql: 'DELETE FROM port WHERE port IN (SELECT value ->> 0 FROM json_each(?1))',
} as const;

function removePort({ port }: PortRow): RowWrite {
  return rowFor(REMOVE, port, [port]);
}

/**
 * The port registry in SQLite, with a copy in memory. Assigns ports to one service at a time, so that two services that
 * need a port at the same moment do not get the same one.
 */
export class SqlitePortRegistry implements PortRegistry {
  readonly isFree: PortFinder['isFree'];
  readonly holder: PortFinder['holder'];
  readonly #context: Pick<StoreContext, 'queue'>;
  readonly #find: PortFinder['find'];
  #rows: readonly PortRow[];
  #last: Promise<unknown> = Promise.resolve();

  private constructor(context: Pick<StoreContext, 'queue'>, finder: PortFinder, rows: readonly PortRow[]) {
    this.#context = context;
    this.#find = finder.find;
    this.isFree = finder.isFree;
    this.holder = finder.holder;
    this.#rows = rows;
  }

  /** Opens the registry with the stored ports. Throws StoreUnavailableError. */
  static async open(context: Pick<StoreContext, 'queue' | 'reader'>, finder: PortFinder): Promise<SqlitePortRegistry> {
    return new SqlitePortRegistry(context, finder, await context.reader.read(PORTS, 'ORDER BY rowid'));
  }

  known(serviceId: ServiceId): Ports {
    return Object.fromEntries(this.#rowsOf(serviceId).map(({ name, port }) => [name, port]));
  }

  owners(): readonly ServiceId[] {
    return [...new Set(this.#rows.map(({ serviceId }) => serviceId))];
  }

  assign(serviceId: ServiceId, names: readonly string[]): Promise<readonly ReplacedPort[]> {
    return this.#serialized(() => this.#assign(serviceId, names));
  }

  release(serviceId: ServiceId): Promise<void> {
    // Immediately, so that a new service with the same id gets new ports.
    const rows = this.#rowsOf(serviceId);
    this.#rows = this.#rows.filter((row) => !rows.includes(row));
    return this.#serialized(() => this.#change(rows, [])).catch((error: unknown) => {
      this.#rows = [...rows, ...this.#rows];
      throw error;
    });
  }

  #serialized<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined); // the caller gets the error
    return result;
  }

  async #assign(serviceId: ServiceId, names: readonly string[]): Promise<readonly ReplacedPort[]> {
    const [removed, added]: [PortRow[], PortRow[]] = [[], []];
    for (const name of names) {
      const row = this.#rowsOf(serviceId).find((one) => one.name === name);
      if (row !== undefined && (await this.isFree(row.port))) continue;
      if (row !== undefined) removed.push(row);
      // A lost port must not be assigned to another service in the same call.
      const taken = new Set([...this.#rows, ...added].map(({ port }) => port));
      added.push({ serviceId, name, port: await this.#find(taken) });
    }
    await this.#change(removed, added);
    return added.flatMap(({ name, port: to }) => {
      const from = removed.find((row) => row.name === name)?.port;
      return from === undefined ? [] : [{ name, from, to }];
    });
  }

  async #change(removed: readonly PortRow[], added: readonly PortRow[]): Promise<void> {
    if (removed.length + added.length === 0) return;
    await this.#context.queue.write([...removed.map(removePort), ...added.map(insertPort)]);
    this.#rows = [...this.#rows.filter((row) => !removed.includes(row)), ...added];
  }

  #rowsOf(serviceId: ServiceId): readonly PortRow[] {
    return this.#rows.filter((row) => row.serviceId === serviceId);
  }
}
