import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { ActorStore, ConfigHistory } from '../ports/actor-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { LaunchHistory, LaunchLedger } from '../ports/launch-ledger.ts';
import type { Log } from '../ports/log.ts';
import type { UsageHistory } from '../ports/process-usage.ts';
import type { PortFinder, PortRegistry } from '../ports/port-registry.ts';
import type { OnStoreWrite } from '../ports/store-writes.ts';
import type { WebhookRegistry } from '../ports/webhooks.ts';
import { Connection, dropBroken, OpenConnections } from './connection.ts';
import { failureKind, unavailable } from './failure.ts';
import { migrate } from './recovery/migrations.ts';
import { checkIntegrity, moveAside, restoreFromLog, salvage } from './recovery/recovery.ts';
import { Pruner, type Retention } from './retention.ts';
import { RowReader } from './rows/row-reader.ts';
import { seqRow, SqliteActorStore } from './sqlite-actor-store.ts';
import { SqliteConfigHistory } from './sqlite-config-history.ts';
import { SqliteLaunchHistory } from './sqlite-launch-history.ts';
import { SqliteLaunchLedger } from './sqlite-launch-ledger.ts';
import { SqlitePortRegistry } from './sqlite-port-registry.ts';
import { SqliteWebhookRegistry } from './sqlite-webhook-registry.ts';
import { isOverwritten, StoreFiles } from './store-files.ts';
import { SqliteUsageHistory } from './timeline/sqlite-usage-history.ts';
import { WriteQueue, type WriteGuard } from './write-queue.ts';

export interface StoreOptions {
  /** The database; it and its folder are created if missing (modes 0600 and 0700). */
  readonly file: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly retention?: Partial<Retention>;
  /** How long a write waits for a lock of another program; by default 5000. */
  readonly busyTimeoutMs?: number;
  /** Called with the result of each write of actors, commands and launches; default: none. */
  readonly onWrite?: OnStoreWrite;
  /** What a write depends on besides the files of the database; default: nothing. */
  readonly guard?: WriteGuard;
}

/** An open database. */
export interface Store {
  readonly actors: ActorStore;
  readonly ledger: LaunchLedger;
  readonly launches: LaunchHistory;
  readonly configurations: ConfigHistory;
  readonly usage: UsageHistory;
  /** Opens the ports of the services. One registry for each store. */
  portRegistry(finder: PortFinder): Promise<PortRegistry>;
  readonly webhooks: WebhookRegistry;
  /** Where a corrupt database was moved to by this opening; null if there was none. */
  readonly recoveredFrom: string | null;
  /** Compares the files of the database with what was opened and written; null: no problem. Otherwise a sentence. */
  look(): Promise<string | null>;
  /** Completes pending writes, then closes; later writes are rejected. */
  close(): Promise<void>;
}

const WAL_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Opens the store of a host. A corrupt database is moved aside, never deleted; what is readable is copied into the new
 * one. Rejects with StoreUnavailableError if the file cannot be opened or is from a newer version. The caller holds the
 * host lock.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { file, log, clock } = options;
  const busyTimeout = `PRAGMA busy_timeout = ${options.busyTimeoutMs ?? 5000};`;
  // NORMAL: a commit survives the end of this process at any time; a power cut ends the services as well.
  const connections = new OpenConnections();
  const writer = new Connection(
    file,
    `${busyTimeout} PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;
     PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};`,
    { all: connections },
  );
  try {
    const found = await touch(file);
    const recoveredFrom = await prepare(options, writer, found);
    const reading = { all: connections, obstacle: () => files.checkPlaces() };
    const session = new Connection(file, `${busyTimeout} PRAGMA query_only = ON;`, reading);
    const newest = new Connection(file, `${busyTimeout} PRAGMA query_only = ON;`, reading);
    const files: StoreFiles = await StoreFiles.of({
      file,
      walLimitBytes: WAL_LIMIT_BYTES,
      connections,
      clock,
      readNewest: async () => {
        try {
          return await readNewest(newest);
        } catch (error) {
          if (failureKind(error) !== 'caller') await dropBroken(newest, options);
          throw error;
        }
      },
    });
    const guard = options.guard === undefined ? files : bothOf(options.guard, files);
    const queue = new WriteQueue({ file, session: writer, log, onWrite: options.onWrite, guard });
    const reader = new RowReader({ file, session, queue, clock, log });
    const context = { files, queue, reader, clock, log, pruner: new Pruner(queue, clock, log, options.retention) };
    return {
      actors: new SqliteActorStore(context),
      ledger: new SqliteLaunchLedger(context),
      launches: new SqliteLaunchHistory(context),
      configurations: new SqliteConfigHistory(context),
      usage: new SqliteUsageHistory(context),
      portRegistry: (finder) => SqlitePortRegistry.open(context, finder),
      webhooks: new SqliteWebhookRegistry(context),
      recoveredFrom,
      look: () => files.lookInside(),
      // The writer is closed last: the last connection copies the write-ahead log into the database.
      close: async () => {
        await newest.drop();
        await reader.close();
        await queue.close();
        await files.close();
      },
    };
  } catch (error) {
    await writer.drop();
    throw unavailable(file, 'opened', error);
  }
}

/** Checks both. */
function bothOf(one: WriteGuard, other: WriteGuard): WriteGuard {
  return { check: () => one.check() ?? other.check() };
}

/** Reads from the disk: cached pages of the connection are discarded first. */
async function readNewest(connection: Connection): Promise<number> {
  await connection.exec('PRAGMA shrink_memory;');
  const [row] = await connection.all('SELECT coalesce(max(seq), 0) AS seq FROM journal');
  return seqRow.parse(row).seq;
}

/** `overwritten`: it does not begin like a database, but the write-ahead log may still have its beginning. */
type Beginning = 'sound' | 'overwritten';

/** Creates an empty file if missing. An existing folder keeps its mode, because it may be shared. */
async function touch(file: string): Promise<Beginning> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  try {
    await handle.chmod(0o600);
    return isOverwritten(handle.fd) ? 'overwritten' : 'sound';
  } finally {
    await handle.close();
  }
}

async function prepare(
  { file, log, clock }: StoreOptions,
  writer: Connection,
  beginning: Beginning,
): Promise<string | null> {
  try {
    await checkIntegrity(writer);
    if (beginning === 'overwritten') {
      await restoreFromLog(writer);
      log.warn(
        { file },
        'The store had been overwritten; it was restored from its write-ahead log, and nothing is lost.',
      );
    }
    await migrate(file, writer);
    return null;
  } catch (error) {
    if (failureKind(error) !== 'corrupt') throw error;
    await writer.drop(); // copies the valid part of the write-ahead log into the database
    const aside = await moveAside(file, clock.now());
    log.error({ err: error, file, aside }, 'the store was corrupt; it was moved aside and a new one was created');
    await touch(file);
    await salvage(file, writer, aside, log);
    await migrate(file, writer);
    return aside;
  }
}
