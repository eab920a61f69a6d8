import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { ActorStore } from '../ports/actor-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { LaunchLedger } from '../ports/launch-ledger.ts';
import type { Log } from '../ports/log.ts';
import type { PortFinder, PortRegistry } from '../ports/port-registry.ts';
import type { OnStoreWrite } from '../ports/store-writes.ts';
import type { WebhookRegistry } from '../ports/webhooks.ts';
import { Connection, OpenConnections } from './connection.ts';
import { failureKind, unavailable } from './failure.ts';
import { migrate } from './recovery/migrations.ts';
import { checkIntegrity, moveAside, salvage } from './recovery/recovery.ts';
import { Pruner, type Retention } from './retention.ts';
import { RowReader } from './rows/row-reader.ts';
import { seqRow, SqliteActorStore } from './sqlite-actor-store.ts';
import { SqliteLaunchLedger } from './sqlite-launch-ledger.ts';
import { SqlitePortRegistry } from './sqlite-port-registry.ts';
import { SqliteWebhookRegistry } from './sqlite-webhook-registry.ts';
import { StoreFiles } from './store-files.ts';
import { WriteQueue, type WriteGuard } from './write-queue.ts';

/** What {@link openStore} needs. */
export interface StoreOptions {
  /** The database; it and its folder are made if need be (modes 0600 and 0700). */
  readonly file: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly retention?: Partial<Retention>;
  /** How long a write waits for a lock that another program holds; by default 5000. */
  readonly busyTimeoutMs?: number;
  /** Told how the writes of actors, commands and launches go; default: nobody. */
  readonly onWrite?: OnStoreWrite;
  /** What else than its files a write depends on; default: nothing. */
  readonly guard?: WriteGuard;
}

/** An open database. */
export interface Store {
  readonly actors: ActorStore;
  readonly ledger: LaunchLedger;
  /** Opens the ports of the services. One registry for each store. */
  portRegistry(finder: PortFinder): Promise<PortRegistry>;
  readonly webhooks: WebhookRegistry;
  /** Where a corrupt database was moved to by this opening; null if there was none. */
  readonly recoveredFrom: string | null;
  /** Compares the files of the database with what was opened and written; null: they are as they should be. Otherwise a sentence. */
  look(): Promise<string | null>;
  /** Writes what is waiting, then closes; every later write is refused. */
  close(): Promise<void>;
}

const WAL_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Opens the store of a host. A corrupt database is moved aside, never deleted; what can be read of it goes into the new one.
 * Rejects with StoreUnavailableError when the file cannot be opened or is of a newer version. The caller holds the host lock.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { file, log, clock } = options;
  const busyTimeout = `PRAGMA busy_timeout = ${options.busyTimeoutMs ?? 5000};`;
  // NORMAL: a commit survives the death of this process at any moment; a power cut ends the services as well.
  const connections = new OpenConnections();
  const writer = new Connection(
    file,
    `${busyTimeout} PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;
     PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};`,
    { all: connections },
  );
  try {
    await touch(file);
    const recoveredFrom = await prepare(options, writer);
    const session = new Connection(file, `${busyTimeout} PRAGMA query_only = ON;`, { all: connections });
    const newest = new Connection(file, `${busyTimeout} PRAGMA query_only = ON;`, { all: connections });
    const files = await StoreFiles.of({
      file,
      walLimitBytes: WAL_LIMIT_BYTES,
      connections,
      readNewest: () => readNewest(newest),
    });
    const guard = options.guard === undefined ? files : bothOf(options.guard, files);
    const queue = new WriteQueue({ file, session: writer, log, onWrite: options.onWrite, guard });
    const reader = new RowReader({ file, session, queue, clock, log });
    const context = { files, queue, reader, clock, log, pruner: new Pruner(queue, clock, log, options.retention) };
    return {
      actors: new SqliteActorStore(context),
      ledger: new SqliteLaunchLedger(context),
      portRegistry: (finder) => SqlitePortRegistry.open(context, finder),
      webhooks: new SqliteWebhookRegistry(context),
      recoveredFrom,
      look: () => files.lookInside(),
      // The writer goes last: the last connection empties the write-ahead log into the database.
      close: async () => {
        await newest.drop();
        await reader.close();
        await queue.close();
      },
    };
  } catch (error) {
    await writer.drop();
    throw unavailable(file, 'opened', error);
  }
}

/** Both are looked at in the same time. */
function bothOf(one: WriteGuard, other: WriteGuard): WriteGuard {
  return {
    get known() {
      return one.known ?? other.known;
    },
    look: async () => {
      const [first, second] = await Promise.all([one.look(), other.look()]);
      return first ?? second;
    },
  };
}

/** From the disk: pages that the connection has read before are thrown away first. */
async function readNewest(connection: Connection): Promise<number> {
  await connection.exec('PRAGMA shrink_memory;');
  const [row] = await connection.all('SELECT coalesce(max(seq), 0) AS seq FROM journal');
  return seqRow.parse(row).seq;
}

/** Makes an empty file if there is none. A folder that exists keeps its mode: it may be shared with others. */
async function touch(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.chmod(0o600);
  } finally {
    await handle.close();
  }
}

async function prepare({ file, log, clock }: StoreOptions, writer: Connection): Promise<string | null> {
  try {
    await checkIntegrity(writer);
    await migrate(file, writer);
    return null;
  } catch (error) {
    if (failureKind(error) !== 'corrupt') throw error;
    await writer.drop(); // takes what is sound in the write-ahead log into the database
    const aside = await moveAside(file, clock.now());
    log.error({ err: error, file, aside }, 'The store was corrupt; it was moved aside and a new one was made.');
    await touch(file);
    await salvage(file, writer, aside, log);
    await migrate(file, writer);
    return aside;
  }
}
