import type { ConfigRevision, ConfigSubject, StoredConfiguration } from '../../../lib/model/configuration/applied.ts';
import type { ConfigHistory, RevisionFilter } from '../../../lib/ports/actor-store.ts';

/** The applied configurations of a store in memory. */
export class MemoryConfigHistory implements ConfigHistory {
  readonly #all: () => readonly StoredConfiguration[];

  constructor(all: () => readonly StoredConfiguration[]) {
    this.#all = all;
  }

  page({ subject, kind }: RevisionFilter, before: number, limit: number): Promise<readonly ConfigRevision[]> {
    const found = this.#newest(
      (one) =>
        one.number < before &&
        (subject === undefined || one.subject === subject) &&
        (kind === undefined || one.subject === kind || one.subject.startsWith(`${kind}:`)),
    );
    return Promise.resolve(found.slice(0, limit).map(withoutContent));
  }

  one(number: number): Promise<StoredConfiguration | null> {
    return Promise.resolve(structuredClone(this.#all().find((one) => one.number === number) ?? null));
  }

  newestOf(subject: ConfigSubject, before: number): Promise<StoredConfiguration | null> {
    const [found] = this.#newest((one) => one.subject === subject && one.number < before);
    return Promise.resolve(structuredClone(found ?? null));
  }

  lastApplied(): Promise<readonly number[]> {
    const newest = this.#all().at(-1);
    const applied = this.#all().filter(
      ({ at, correlationId }) => at === newest?.at && correlationId === newest.correlationId,
    );
    return Promise.resolve(applied.map(({ number }) => number));
  }

  current(): Promise<ReadonlyMap<ConfigSubject, string>> {
    return Promise.resolve(new Map(this.#all().map(({ subject, revision }) => [subject, revision])));
  }

  #newest(isWanted: (one: StoredConfiguration) => boolean): readonly StoredConfiguration[] {
    return [...this.#all()].reverse().filter(isWanted);
  }
}

function withoutContent({ number, at, subject, revision, actor, correlationId }: StoredConfiguration): ConfigRevision {
  return { number, at, subject, revision, actor, correlationId };
}
