import type { ProcessExit } from '../model/process.ts';
import type { LaunchId } from '../model/values/ids.ts';
import type { LaunchedProcess, LaunchedSpec, LaunchEntry, LaunchLedger } from '../ports/launch-ledger.ts';
import { insertLaunch, launchExited, launchRevoked, launchRunning, LAUNCHES, NEWEST } from './rows/launch-rows.ts';
import type { StoreContext } from './sqlite-actor-store.ts';

/** The launch ledger in SQLite. Updates of an unknown launch have no effect: the files are authoritative. */
export class SqliteLaunchLedger implements LaunchLedger {
  readonly #context: Pick<StoreContext, 'queue' | 'reader' | 'pruner'>;

  constructor(context: Pick<StoreContext, 'queue' | 'reader' | 'pruner'>) {
    this.#context = context;
  }

  async intend(entry: LaunchEntry, launched: LaunchedSpec | null = null): Promise<void> {
    await this.#context.queue.write([insertLaunch(entry, launched)], 'ledger');
    this.#context.pruner.wroteLaunch(entry.serviceId, entry.generation);
  }

  async running(launchId: LaunchId, process: LaunchedProcess): Promise<void> {
    await this.#context.queue.write([launchRunning(launchId, process)], 'ledger');
  }

  async exited(launchId: LaunchId, exit: ProcessExit): Promise<void> {
    await this.#context.queue.write([launchExited(launchId, exit)], 'ledger');
  }

  async revoked(launchId: LaunchId): Promise<void> {
    await this.#context.queue.write([launchRevoked(launchId)], 'ledger');
  }

  newest(): Promise<readonly LaunchEntry[]> {
    return this.#context.reader.read(LAUNCHES, NEWEST);
  }
}
