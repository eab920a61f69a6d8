import { InvalidIdError } from '../errors.ts';

declare const brand: unique symbol;
/** A primitive that only its parser makes. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

export type AgentId = Branded<string, 'AgentId'>;
export type ServiceId = Branded<string, 'ServiceId'>;
/** Names one launch: 32 hex digits, random, never used twice. */
export type LaunchId = Branded<string, 'LaunchId'>;
/** Who wants a service: `agent:<id>`, `io` (an /api/io/start) or `host` (a host service of the configuration). */
export type Holder = `agent:${string}` | 'io' | 'host';

const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const LAUNCH_ID_PATTERN = /^[0-9a-f]{32}$/;

/** Whether `text` can be the id of an agent or a service. */
export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}

function checked(what: string, text: string, remedy: string): string {
  if (isId(text)) return text;
  throw new InvalidIdError(
    `"${text}" cannot be the id of ${what}: ids are 1 to 128 letters, digits, dots, underscores or dashes and begin with a letter or digit${remedy}.`,
  );
}

/** Parses an agent id; `remedy` is added to the refusal. Throws {@link InvalidIdError}. */
export function parseAgentId(text: string, remedy = ''): AgentId {
  return checked('an agent', text, remedy) as AgentId; // the only maker of the brand
}

/** Parses a service id; `remedy` is added to the refusal. Throws {@link InvalidIdError}. */
export function parseServiceId(text: string, remedy = ''): ServiceId {
  return checked('a service', text, remedy) as ServiceId; // the only maker of the brand
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
