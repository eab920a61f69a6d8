import { RENAMED_TYPES, storedNamesOf } from './event-type.ts';

/** The parts of an event that a filter uses. */
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
export const ALL_EVENTS: EventFilter = { agentIds: [], serviceIds: [], types: [] };

/** The prefix that a pattern stands for; null: the pattern is a single type. */
export function prefixOf(pattern: string): string | null {
  if (pattern.endsWith('*')) return pattern.slice(0, -1);
  return pattern.endsWith('.') ? pattern : null;
}

/** Whether the type matches the pattern. A renamed type matches under its old name too. */
export function matchesType(pattern: string, type: string): boolean {
  const beginning = prefixOf(pattern);
  return storedNamesOf(type).some((name) => (beginning === null ? name === pattern : name.startsWith(beginning)));
}

/** All stored names, old ones included, of the renamed types that match the pattern. */
export function renamedTypesOf(pattern: string): readonly string[] {
  return RENAMED_TYPES.filter((type) => matchesType(pattern, type)).flatMap(storedNamesOf);
}

/** Whether an event matches the filter. An event without an agent matches no list of agents. */
export function matchesFilter(
  { agentIds, serviceIds, types }: EventFilter,
  { type, agentId, serviceId }: Subject,
): boolean {
  const isIn = (ids: readonly string[], id: string | null): boolean =>
    ids.length === 0 || (id !== null && ids.includes(id));
  return (
    isIn(agentIds, agentId) &&
    isIn(serviceIds, serviceId) &&
    (types.length === 0 || types.some((pattern) => matchesType(pattern, type)))
  );
}
