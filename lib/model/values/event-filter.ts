import { RENAMED_TYPES, storedNamesOf } from './event-type.ts';

/** What a filter looks at. */
interface Subject {
  readonly type: string;
  readonly agentId: string | null;
  readonly serviceId: string | null;
}

/** Which events are wanted: those that fit every field. An empty list wants all. */
export interface EventFilter {
  readonly agentIds: readonly string[];
  readonly serviceIds: readonly string[];
  /** Types (`process.exited`), or beginnings of types that end in a star or a dot (`process.*`, `process.`). */
  readonly types: readonly string[];
}

/** Wants everything. */
export const EVERYTHING: EventFilter = { agentIds: [], serviceIds: [], types: [] };

/** What all types of a pattern begin with; null: the pattern is one type. */
export function beginningOf(pattern: string): string | null {
  if (pattern.endsWith('*')) return pattern.slice(0, -1);
  return pattern.endsWith('.') ? pattern : null;
}

/** Whether a pattern matches a type; the old name of a renamed type counts too. */
export function isOfType(pattern: string, type: string): boolean {
  const beginning = beginningOf(pattern);
  return storedNamesOf(type).some((name) => (beginning === null ? name === pattern : name.startsWith(beginning)));
}

/** Every stored name, old ones too, of the renamed types that a pattern matches. */
export function renamedTypesOf(pattern: string): readonly string[] {
  return RENAMED_TYPES.filter((type) => isOfType(pattern, type)).flatMap(storedNamesOf);
}

/** Whether an event is one of those that are wanted. An event about no agent fits no list of agents. */
export function isWanted({ agentIds, serviceIds, types }: EventFilter, { type, agentId, serviceId }: Subject): boolean {
  const isIn = (ids: readonly string[], id: string | null): boolean =>
    ids.length === 0 || (id !== null && ids.includes(id));
  return (
    isIn(agentIds, agentId) &&
    isIn(serviceIds, serviceId) &&
    (types.length === 0 || types.some((pattern) => isOfType(pattern, type)))
  );
}
