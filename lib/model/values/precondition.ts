import { PreconditionFailedError } from '../errors.ts';

/** What has to be so for a command to be carried out. */
export interface Precondition {
  /** The revision is one of these; `*`: there is one at all; null: whatever it is. */
  readonly match: readonly string[] | '*' | null;
  /** There is nothing of that name yet. */
  readonly isNew: boolean;
}

/** Nothing has to be so. */
export const UNCONDITIONAL: Precondition = { match: null, isNew: false };

/** Throws PreconditionFailedError. `present` is the revision, null: there is none; `what` begins the sentence of the refusal. */
export function assertMatches(present: string | null, { match, isNew }: Precondition, what: string): void {
  if (isNew && present !== null) {
    throw new PreconditionFailedError(`${what} exists already (revision "${present}"); ask without If-None-Match.`);
  }
  if (match === null) return;
  if (present === null) throw new PreconditionFailedError(`${what} does not exist; ask without If-Match.`);
  if (match === '*' || match.includes(present)) return;
  const asked = match.map((revision) => `"${revision}"`).join(', ');
  throw new PreconditionFailedError(
    `${what} has the revision "${present}", not ${asked}: it changed since you looked. Look again, then ask with its new ETag.`,
  );
}
