/** Ports by their name in `${port.NAME}`. */
export type Ports = Readonly<Record<string, number>>;

/** A NUL is in no text of a configuration, so nothing else is ever taken for a token. */
const TOKEN = /\0port\.([A-Za-z0-9][A-Za-z0-9_-]*)\0/g;

/** The token in the texts of a spec for a port that is only known at launch. */
export function portToken(name: string): string {
  return `\0port.${name}\0`;
}

/** The name of the port, if the text is one token and nothing else; otherwise null. */
export function tokenName(text: string): string | null {
  const [match] = text.matchAll(TOKEN);
  return match?.[0] === text ? (match[1] ?? null) : null;
}

/** The text with its tokens as they are written in a configuration. */
export function tokensByName(text: string): string {
  return text.replace(TOKEN, (_, name: string) => `\${port.${name}}`);
}

/** The names of the ports in the texts of a plain JSON value, each once. */
export function portNamesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [...new Set([...value.matchAll(TOKEN)].flatMap(([, name]) => name ?? []))];
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(portNamesIn))];
}

/** A token as it is in JSON text. */
const TOKEN_IN_JSON = /\\u0000port\.([A-Za-z0-9][A-Za-z0-9_-]*)\\u0000/;

/** Whether the first JSON text is the second with a number in place of each token, the same for the same name. */
export function fillsTokens(filledJson: string, json: string): boolean {
  const [first = '', ...rest] = json.split(TOKEN_IN_JSON);
  if (rest.length === 0) return false;
  const groups = new Map<string, number>();
  let pattern = escaped(first);
  for (let at = 0; at < rest.length; at += 2) {
    const name = rest[at] ?? '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, groups.size + 1);
    pattern += `${group === undefined ? '(\\d{1,5})' : `\\${group}(?!\\d)`}${escaped(rest[at + 1] ?? '')}`;
  }
  return new RegExp(`^${pattern}$`, 'u').test(filledJson);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (char) => (char === '-' ? '\\x2d' : `\\${char}`));
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
