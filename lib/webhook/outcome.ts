import type { Millis } from '../model/values/time.ts';

/** What came of one attempt to deliver an event. `reason` continues a sentence whose subject is the receiver. */
export type Outcome =
  | { readonly type: 'accepted' }
  /** The receiver will never take anything again (410). */
  | { readonly type: 'gone' }
  | {
      readonly type: 'failed';
      readonly reason: string;
      /** So long the receiver wants to be left alone; null: it did not say. */
      readonly retryAfterMs: Millis | null;
    };
