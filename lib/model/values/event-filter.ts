/** What a filter looks at. */
interface Subject {
  readonly type: string;
  readonly agentId: string | null;
  readonly serviceId: string | null;
}

/** Which events are wanted: those that match every field. An empty list matches all. */
export interface EventFilter {
  readonly agentIds: readonly string[];
  readonly serviceIds: readonly string[];
  /** Types (`process.exited`), or prefixes of types ending in a star or a dot (`process.*`, `process.`). */
  readonly types: readonly string[];
}

/** Matches every event. */
export const EVERYTHING: EventFilter = { agentIds: [], serviceIds: [], types: [] };

/** The prefix that a pattern stands for; null: the pattern is a single type. */
export function beginningOf(pattern: string): string | null {
  if (pattern.endsWith('*')) return pattern.slice(0, -1);
  return pattern.endsWith('.') ? pattern : null;
}

/** Whether the type matches the pattern. */
export function isOfType(pattern: string, type: string): boolean {
  const beginning = beginningOf(pattern);
  return beginning === null ? type === pattern : type.startsWith(beginning);
}

/** Whether an event matches the filter. An event without an agent matches no list of agents. */
export function isWanted({ agentIds, serviceIds, types }: EventFilter, { type, agentId, serviceId }: Subject): boolean {
  const isIn = (ids: readonly string[], id: string | null): boolean =>
    ids.length === 0 || (id !== null && ids.includes(id));
  return (
    isIn(agentIds, agentId) &&
    isIn(serviceIds, serviceId) &&
    (types.length === 0 || types.some((pattern) => isOfType(pattern, type)))
  );
}
