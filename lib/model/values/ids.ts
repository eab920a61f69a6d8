import { InvalidIdError } from '../errors.ts';

declare const brand: unique symbol;
/** A primitive that only its parser creates. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

export type AgentId = Branded<string, 'AgentId'>;
export type ServiceId = Branded<string, 'ServiceId'>;
/** Identifies one launch: 32 random hex digits, never reused. */
export type LaunchId = Branded<string, 'LaunchId'>;
/**
 * Who needs a service: `agent:<id>`, `io` (a start through /api/io) or `host` (a host service in the configuration).
 */
export type Holder = `agent:${string}` | 'io' | 'host' | 'orphan';

const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const LAUNCH_ID_PATTERN = /^[0-9a-f]{32}$/;

/** Whether `text` is a valid agent or service id. */
export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}

function checked(what: string, text: string, remedy: string): string {
  if (isId(text)) return text;
  throw new InvalidIdError(
    `"${text}" is not a valid ${what} id: use 1 to 128 letters, digits, dots, underscores or dashes, starting with a letter or digit${remedy}.`,
  );
}

/** Parses an agent id; `remedy` is appended to the error message. Throws {@link InvalidIdError}. */
export function parseAgentId(text: string, remedy = ''): AgentId {
  return checked('agent', text, remedy) as AgentId; // the only maker of the brand
}

/** Parses a service id; `remedy` is appended to the error message. Throws {@link InvalidIdError}. */
export function parseServiceId(text: string, remedy = ''): ServiceId {
  return checked('service', text, remedy) as ServiceId; // the only maker of the brand
}

/** Parses a launch id. Throws {@link InvalidIdError}. */
export function parseLaunchId(text: string): LaunchId {
  if (!LAUNCH_ID_PATTERN.test(text)) throw new InvalidIdError(`"${text}" is not a launch id (32 hex digits).`);
  return text as LaunchId; // the only maker of the brand
}

/** The id of an agent's own service: `<agent>-<kind>`. */
export function ownServiceId(agentId: AgentId, kind: string): ServiceId {
  return parseServiceId(`${agentId}-${kind}`);
}
