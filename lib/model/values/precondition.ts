import { PreconditionFailedError } from '../errors.ts';

/** What must be true for a command to be carried out. */
export interface Precondition {
  /** The revision is one of these; `*`: the resource exists; null: any revision. */
  readonly match: readonly string[] | '*' | null;
  /** The resource does not exist yet. */
  readonly isNew: boolean;
}

/** No precondition. */
export const UNCONDITIONAL: Precondition = { match: null, isNew: false };

/**
 * Throws PreconditionFailedError. `present` is the current revision, null if the resource does not exist; `what` begins
 * the message.
 */
export function assertMatches(present: string | null, { match, isNew }: Precondition, what: string): void {
  if (isNew && present !== null) {
    throw new PreconditionFailedError(`${what} already exists (revision "${present}"). Retry without If-None-Match.`);
  }
  if (match === null) return;
  if (present === null) throw new PreconditionFailedError(`${what} does not exist. Retry without If-Match.`);
  if (match === '*' || match.includes(present)) return;
  const asked = match.map((revision) => `"${revision}"`).join(', ');
  throw new PreconditionFailedError(
    `${what} is at revision "${present}", not ${asked}: it has changed since you read it. Read it again and retry with the new ETag.`,
  );
}
