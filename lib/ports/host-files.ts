import type { Intention } from '../model/intention.ts';
import type { Notice } from '../model/notice.ts';

/** All intentions at one moment, stored outside of the database. */
export interface IntentionCopy {
  /** The number of the newest event at that time. */
  readonly seq: number;
  readonly intentions: readonly Intention[];
}

/** What a host stores in plain files, so that it survives the loss of the database. */
export interface HostFiles {
  /** The copy if it is newer than event `after`; null: it is not, is missing, or cannot be read. Never rejects. */
  readIntentions(after: number): Promise<IntentionCopy | null>;
  /** Replaces the copy. Rejects with StoreUnavailableError. */
  writeIntentions(copy: IntentionCopy): Promise<void>;
  /** The notices that have not been acknowledged yet. Never rejects. */
  readNotices(): Promise<readonly Notice[]>;
  /** Replaces the notices. Rejects with StoreUnavailableError. */
  writeNotices(notices: readonly Notice[]): Promise<void>;
}
