import type {
  ConfigRevision,
  ConfigSubject,
  ConfigSubjectKind,
  StoredConfiguration,
} from '../model/configuration/applied.ts';

/** A configuration to be stored; it gets its number when it is written. */
export type ConfigurationDraft = Omit<StoredConfiguration, 'number'>;

/** Which revisions to read. */
export interface RevisionFilter {
  readonly subject?: ConfigSubject;
  /** Only revisions of this kind of subject. */
  readonly kind?: ConfigSubjectKind;
}

/** The configurations that were applied, as far back as they are stored. Throws StoreUnavailableError. */
export interface ConfigHistory {
  /** Newest first, of those before a number; at most `limit`. */
  page(filter: RevisionFilter, before: number, limit: number): Promise<readonly ConfigRevision[]>;
  one(number: number): Promise<StoredConfiguration | null>;
  /** The newest one of a subject before a number; null: there is none. */
  newestOf(subject: ConfigSubject, before: number): Promise<StoredConfiguration | null>;
  /** The numbers of all that the newest command applied, oldest first. */
  lastApplied(): Promise<readonly number[]>;
  /** The newest revision of each subject. */
  current(): Promise<ReadonlyMap<ConfigSubject, string>>;
}
