import { HostClosingError } from '../../model/errors.ts';
import type { Receipt } from '../../model/idempotency.ts';
import type { Intention } from '../../model/intention.ts';
import type { JournalDraft } from '../../model/journal.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { CommandOrigin } from '../control.ts';
import type { Intentions } from '../intentions.ts';
import type { Journal } from '../journal/journal.ts';

/** What an accepted command stores: intentions, and the event that it was given. */
export interface Accepted {
  readonly put?: readonly Intention[];
  /** Subjects whose intention is deleted. */
  readonly drop?: readonly string[];
  readonly event: Pick<JournalDraft, 'type' | 'detail'> & Partial<Pick<JournalDraft, 'agentId' | 'serviceId'>>;
}

export interface CommandLogContext {
  readonly store: ActorStore;
  readonly intentions: Intentions;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly crashPoint?: ReachCrashPoint | undefined;
}

/** Accepts commands: one at a time per subject, durable before anything acts on them. */
export class CommandLog {
  readonly #deps: CommandLogContext;
  readonly #lockKeys = new KeyedLock();
  #isClosing = false;

  constructor(deps: CommandLogContext) {
    this.#deps = deps;
  }

  /** From now on every command is rejected with HostClosingError. */
  close(): void {
    this.#isClosing = true;
  }

  /** Throws HostClosingError once the host is shutting down. */
  assertOpen(): void {
    if (this.#isClosing) throw new HostClosingError();
  }

  /** Runs a command once earlier ones for the same subjects have finished. */
  async run<T>(subjects: readonly string[], command: () => Promise<T>): Promise<T> {
    this.assertOpen();
    return this.#lockKeys.run(subjects, () => {
      this.assertOpen();
      return command();
    });
  }

  /**
   * Makes a command durable in one transaction. Throws StoreUnavailableError if nothing was saved, and HostClosingError
   * if the host started to shut down in the meantime: then only the next host may act on it.
   */
  async accept(accepted: Accepted, origin: CommandOrigin): Promise<void> {
    const { claim } = origin;
    const subject = subjectOf(accepted.event);
    await this.#commit(
      accepted,
      origin,
      claim && { key: claim.key, fingerprint: claim.fingerprint, subject, answer: null, at: this.#deps.clock.now() },
    );
    if (this.#isClosing) throw new HostClosingError({ isKept: true });
  }

  /** Saves the completion of an accepted command, even during shutdown. Throws StoreUnavailableError. */
  conclude(concluded: Accepted, origin: CommandOrigin): Promise<void> {
    return this.#commit(concluded, origin);
  }

  async #commit({ put = [], drop = [], event }: Accepted, origin: CommandOrigin, receipt?: Receipt): Promise<void> {
    const { store, intentions, journal, clock } = this.#deps;
    const blank = { agentId: null, serviceId: null, from: null, to: null };
    const { correlationId } = origin;
    const draft = { ...blank, at: clock.now(), cause: 'command' as const, correlationId, ...event };
    await journal.write([draft], (entries) =>
      store.commitIntentions({ put, drop, journal: entries, ...(receipt === undefined ? {} : { receipt }) }),
    );
    this.#deps.crashPoint?.('after-intention');
    for (const subject of drop) intentions.drop(subject);
    for (const intention of put) intentions.put(intention);
  }
}

/** The subject of a command, as an actor id. */
function subjectOf({ agentId, serviceId }: Accepted['event']): string | null {
  if (serviceId != null) return `service:${serviceId}`;
  return agentId == null ? null : `agent:${agentId}`;
}

/** Runs tasks that share a key in order of arrival, others concurrently. */
class KeyedLock {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Runs `task` once all earlier ones with any of these keys have settled. */
  async run<T>(keys: readonly string[], task: () => Promise<T>): Promise<T> {
    const before = Promise.allSettled(keys.map((key) => this.#tails.get(key) ?? Promise.resolve()));
    const mine = before.then(task);
    for (const key of keys) this.#tails.set(key, mine);
    try {
      return await mine;
    } finally {
      for (const key of keys) if (this.#tails.get(key) === mine) this.#tails.delete(key);
    }
  }
}
