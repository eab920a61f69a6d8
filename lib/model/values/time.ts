/** A span of time in milliseconds. */
export type Millis = number;
/** A point in time: milliseconds since the Unix epoch, UTC. */
export type Instant = number;

/** The instant as ISO 8601 in UTC with milliseconds, as in every API response. */
export function isoOf(instant: Instant): string {
  return new Date(instant).toISOString();
}
