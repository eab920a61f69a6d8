import type { Millis } from '../model/values/time.ts';

/** The result of one attempt to deliver an event. `reason` names the receiver. */
export type Outcome =
  | { readonly type: 'accepted' }
  /** The receiver will never accept events again (410). */
  | { readonly type: 'gone' }
  | {
      readonly type: 'failed';
      readonly reason: string;
      /** How long the receiver wants to wait; null: it did not say. */
      readonly retryAfterMs: Millis | null;
    };
