import { HostClosingError } from '../../model/errors.ts';
import type { IdempotencyClaim } from '../../model/idempotency.ts';
import type { AppliedConfiguration } from '../../model/configuration/applied.ts';
import type { Intention } from '../../model/intention.ts';
import type { JournalDraft } from '../../model/journal.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { CommandOrigin } from '../control.ts';
import type { Intentions } from '../intentions.ts';
import { ofCommand } from '../journal/events.ts';
import { configurationDraft, configurationsIn } from '../configuration/configuration-draft.ts';
import type { Journal } from '../journal/journal.ts';

/** What an accepted command stores: intentions, the configurations that it applies, and the event that records it. */
export interface Accepted {
  readonly put?: readonly Intention[];
  /** Subjects whose intention is deleted. */
  readonly drop?: readonly string[];
  /** Those besides the ones of the intentions. */
  readonly configurations?: readonly AppliedConfiguration[];
  readonly event: Pick<JournalDraft, 'type' | 'detail'> & Partial<Pick<JournalDraft, 'agentId' | 'serviceId'>>;
}

/**
 * What a command changes, or a function that decides it; called again after each earlier write to the same intentions.
 */
type Change = Accepted | (() => Accepted);

export interface CommandLogContext {
  readonly store: ActorStore;
  readonly intentions: Intentions;
  readonly journal: Journal;
  readonly clock: Clock;
  /** What processes get of the environment of the host, to be hidden in configurations. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly crashPoint?: ReachCrashPoint | undefined;
}

/** Accepts commands: one at a time per subject, durable before anything acts on them. */
export class CommandLog {
  readonly #context: CommandLogContext;
  readonly #locks = new KeyedLock();
  /** The writes in progress, by the subject of the intention that they change. */
  readonly #writes = new Map<string, Promise<void>>();
  #isClosing = false;

  constructor(context: CommandLogContext) {
    this.#context = context;
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
    return this.#locks.run(subjects, () => {
      this.assertOpen();
      return command();
    });
  }

  /**
   * Makes a command durable in one transaction. Throws StoreUnavailableError if nothing was saved, and HostClosingError
   * if the host started to shut down in the meantime: then only the next host may act on it.
   */
  async accept(change: Change, origin: CommandOrigin): Promise<void> {
    await this.#commit(change, origin, origin.claim);
    if (this.#isClosing) throw new HostClosingError({ isKept: true });
  }

  /** Saves the completion of an accepted command, even during shutdown. Throws StoreUnavailableError. */
  conclude(change: Change, origin: CommandOrigin): Promise<void> {
    return this.#commit(change, origin);
  }

  async #commit(change: Change, origin: CommandOrigin, claim?: IdempotencyClaim): Promise<void> {
    const decide = typeof change === 'function' ? change : (): Accepted => change;
    let accepted = decide();
    for (let earlier = this.#writesOf(accepted); earlier.length > 0; earlier = this.#writesOf(accepted)) {
      await Promise.allSettled(earlier);
      accepted = decide();
    }
    const subjects = subjectsOf(accepted);
    const write = this.#write(accepted, origin, claim).finally(() => {
      for (const subject of subjects) this.#writes.delete(subject);
    });
    for (const subject of subjects) this.#writes.set(subject, write);
    await write;
  }

  #writesOf(accepted: Accepted): readonly Promise<void>[] {
    return subjectsOf(accepted).flatMap((subject) => this.#writes.get(subject) ?? []);
  }

  async #write(
    { put = [], drop = [], configurations = [], event }: Accepted,
    origin: CommandOrigin,
    claim?: IdempotencyClaim,
  ): Promise<void> {
    const { store, intentions, journal, clock, inherited } = this.#context;
    const blank = { agentId: null, serviceId: null, from: null, to: null };
    const at = clock.now();
    const draft = { ...blank, at, ...ofCommand(origin), ...event };
    const idempotencyRecord = claim && {
      key: claim.key,
      fingerprint: claim.fingerprint,
      subject: subjectOf(event),
      answer: null,
      at,
    };
    const applied = [...configurationsIn(put, intentions), ...configurations].map((content) =>
      configurationDraft(content, { at, origin, inherited }),
    );
    await journal.write([draft], (entries) =>
      store.commitIntentions({
        put,
        drop,
        journal: entries,
        configurations: applied,
        ...(idempotencyRecord === undefined ? {} : { idempotencyRecord }),
      }),
    );
    this.#context.crashPoint?.('after-intention');
    for (const subject of drop) intentions.drop(subject);
    for (const intention of put) intentions.put(intention);
  }
}

function subjectsOf({ put = [], drop = [] }: Accepted): readonly string[] {
  return [...put.map(({ subject }) => subject), ...drop];
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
