import type { Intention } from '../model/intention.ts';
import type { Notice } from '../model/notice.ts';

/** Every intention at one moment, kept beside the database. */
export interface IntentionCopy {
  /** The newest event when it was made. */
  readonly seq: number;
  readonly intentions: readonly Intention[];
}

/** What a host keeps in plain files, so that it survives the loss of the database. */
export interface HostFiles {
  /** Null: there is no copy that knows of an event after this one, or it cannot be read. Never rejects. */
  readIntentions(after: number): Promise<IntentionCopy | null>;
  /** Replaces the copy. Rejects if it cannot be written. */
  writeIntentions(copy: IntentionCopy): Promise<void>;
  /** The notices that nobody has acknowledged yet. Never rejects. */
  readNotices(): Promise<readonly Notice[]>;
  /** Replaces the notices. Rejects if they cannot be written. */
  writeNotices(notices: readonly Notice[]): Promise<void>;
}
