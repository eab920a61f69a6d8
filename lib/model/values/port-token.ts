/** Ports by their name in `${port.NAME}`. */
export type Ports = Readonly<Record<string, number>>;

/** A NUL is in no text of a configuration, so nothing else is ever taken for a token. */
const TOKEN = /\0port\.([A-Za-z0-9][A-Za-z0-9_-]*)\0/g;

/** What stands in the texts of a spec for a port that only a launch knows. */
export function portToken(name: string): string {
  return `\0port.${name}\0`;
}

/** The name of the port, if the text is one token and nothing else; otherwise null. */
export function tokenName(text: string): string | null {
  const [match] = text.matchAll(TOKEN);
  return match?.[0] === text ? (match[1] ?? null) : null;
}

/** The names of the ports in the texts of a plain JSON value, each once. */
export function portNamesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [...new Set([...value.matchAll(TOKEN)].flatMap(([, name]) => name ?? []))];
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(portNamesIn))];
}

/** The value with the ports in place of their tokens; a port that is not among them leaves its token. */
export function withPorts<T>(value: T, ports: Ports): T {
  return filled(value, ports) as T; // only texts change
}

function filled(value: unknown, ports: Ports): unknown {
  if (typeof value === 'string') {
    return value.replace(TOKEN, (token, name: string) => (ports[name] === undefined ? token : String(ports[name])));
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((part) => filled(part, ports));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, filled(part, ports)]));
}
