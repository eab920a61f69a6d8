/** Which output to show. */
export type Stream = 'both' | 'stdout' | 'stderr';
export const STREAMS: readonly Stream[] = ['both', 'stdout', 'stderr'];

/** Whose output a list of lines is. */
export interface LogSource {
  /** At least one; the first is the service whose details are shown. */
  readonly ids: readonly string[];
  readonly stream: Stream;
  /** Only of this launch; null: of all. Of several services always null. */
  readonly generation: number | null;
}

/** A line of the output of a service: the launch, and where the line begins in its log. */
export interface LineAddress {
  readonly serviceId: string;
  readonly generation: number;
  readonly offset: number;
}
