import type { Cause } from '../../model/causes.ts';
import { numberIn, textIn, type JournalEntry } from '../../model/journal.ts';
import type { ExitClass } from '../../model/states.ts';
import { parseServiceId, type ServiceId } from '../../model/values/ids.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import type { LaunchHistory, TailLine } from '../../ports/launch-ledger.ts';
import type { Log } from '../../ports/log.ts';
import type { ServiceLogs } from '../../ports/service-logs.ts';
import { readTail } from '../queries/last-words.ts';

/** Ends that are looked for in the journal at once. */
const PAGE = 100;

/** What the ends of launches are recorded with. */
export interface LaunchEndsOptions {
  readonly launches: LaunchHistory;
  readonly logs: Pick<ServiceLogs, 'read'>;
  readonly journal: Pick<ActorStore, 'history'>;
  /** The last launch of a service that has ended after it was stable; null: none is known. */
  readonly lastStable: (serviceId: ServiceId) => number | null;
  readonly log: Log;
  /** What launches get of the environment of the host. */
  readonly inherited: Readonly<Record<string, string>>;
}

/** The event of an end, and which launch it was. */
interface End {
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly class: ExitClass;
  readonly cause: Cause;
}

/**
 * Stores with each launch what the events of the journal say about its end, and its last words, one after the other. What
 * could not be stored is completed by the next host, or when the store is available again.
 */
export class LaunchEnds {
  readonly #options: LaunchEndsOptions;
  #recorded: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: LaunchEndsOptions) {
    this.#options = options;
  }

  /** Takes durable events. */
  saw(events: readonly JournalEntry[]): void {
    for (const end of events.flatMap((event) => endIn(event) ?? [])) this.#then(() => this.#record(end));
  }

  /** Stores the ends that are in the journal, but not with their launches. */
  complete(): void {
    this.#then(async () => {
      for (const { serviceId, generation } of await this.#options.launches.withoutEnd()) {
        if (this.#isClosed) return;
        const end = await this.#find(serviceId, generation);
        if (end !== null) await this.#record(end);
      }
    });
  }

  /** Resolves when every end seen before it is stored, as far as that is possible. */
  recorded(): Promise<void> {
    return this.#recorded;
  }

  /** The last words of the process whose end an event reports; null: none are known. Never rejects. */
  async tailOf(event: JournalEntry): Promise<readonly TailLine[] | null> {
    const end = endIn(event);
    if (end === null) return null;
    await this.#recorded;
    const launch = await this.#options.launches.one(end.serviceId, end.generation).catch(() => null);
    return launch?.end?.outputTail ?? null;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#recorded;
  }

  #then(record: () => Promise<void>): void {
    this.#recorded = this.#recorded.then(record).catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'cannot store how a launch ended; it is completed later');
    });
  }

  async #record({ serviceId, generation, class: exitClass, cause }: End): Promise<void> {
    if (this.#isClosed) return;
    const { launches, logs, lastStable, log, inherited } = this.#options;
    const launch = await launches.one(serviceId, generation);
    if (launch === null || launch.end !== null) return;
    const env = { ...inherited, ...launch.launched?.env };
    const outputTail = await readTail(logs, { serviceId, generation, env }).catch((error: unknown) => {
      log.warn({ err: error, service_id: serviceId, generation }, 'cannot read the last words of a launch');
      return null;
    });
    const isStable = lastStable(serviceId) === generation;
    await launches.ended(serviceId, generation, { class: exitClass, cause, isStable, outputTail });
  }

  async #find(serviceId: ServiceId, generation: number): Promise<End | null> {
    const query = { serviceId, type: 'process.exited', after: 0, order: 'newest_first', limit: PAGE } as const;
    const ends = await this.#options.journal.history(query);
    return ends.map(endIn).find((end) => end?.generation === generation) ?? null;
  }
}

function endIn({ type, serviceId, detail, cause }: JournalEntry): End | null {
  const generation = numberIn(detail, 'generation');
  if (type !== 'process.exited' || serviceId === null || generation === null) return null;
  const exitClass = textIn(detail, 'class') as ExitClass; // as events of that type have it
  return { serviceId: parseServiceId(serviceId), generation, class: exitClass, cause };
}
