import { redactor } from '../model/values/redaction.ts';

/** Puts names in the place of what is secret in a text. */
export type Redact = (text: string) => string;

type Environment = Readonly<Record<string, string>>;

const HIDDEN = '***';
/** Deeper than anything that an actor holds; what is deeper is cut off, and so is what holds itself. */
const MAX_DEPTH = 20;

/** What the API shows of no service, since the variables of a configuration (`${env.NAME}`) may stand in it. */
const HIDDEN_KEYS: ReadonlySet<string> = new Set(['env', 'args', 'command', 'headers', 'cwd', 'input']);
const SECRET_KEY = /token|secret|passw|passphrase|authorization|cookie|credential|api_?key|private_?key/i;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keeps names and lengths, which say what is there, and no value. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(() => HIDDEN);
  if (isRecord(value)) return Object.fromEntries(Object.keys(value).map((name) => [name, HIDDEN]));
  return value === null || value === undefined ? value : HIDDEN;
}

function collect(value: unknown, found: Record<string, string>, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'env' && isRecord(inner)) {
      for (const [name, text] of Object.entries(inner)) if (typeof text === 'string') found[name] = text;
    } else collect(inner, found, depth + 1);
  }
}

/** All environments that stand in these values as one; of a name that stands in two, the last value. */
function environmentOf(values: readonly unknown[]): Environment {
  const found: Record<string, string> = {};
  for (const value of values) collect(value, found, 0);
  return found;
}

/** What hides the values of every environment that stands in these contexts and events, in whatever text they turn up. */
export function redactAllOf(...values: readonly unknown[]): Redact {
  return redactor(environmentOf(values));
}

/** How a probe asks is hidden, since paths and patterns may hold secrets; that it does, and by which means, is not. */
function sanitizedCheck(check: unknown): unknown {
  return isRecord(check) && 'type' in check ? { type: check['type'] } : masked(check);
}

function sanitizedEntry(key: string, value: unknown, redact: Redact, depth: number): unknown {
  if (HIDDEN_KEYS.has(key)) return masked(value);
  if (key === 'check') return sanitizedCheck(value);
  return SECRET_KEY.test(key) && typeof value !== 'boolean' ? masked(value) : sanitizedAt(value, redact, depth + 1);
}

function sanitizedAt(value: unknown, redact: Redact, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return redact(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      break;
    case 'bigint':
    case 'function':
    case 'symbol':
      return `(${typeof value})`; // which no message can hold
  }
  if (value === null) return null;
  if (depth > MAX_DEPTH) return '…';
  if (value instanceof Error) return { name: value.name, message: redact(value.message) };
  if (Array.isArray(value)) return value.map((item) => sanitizedAt(item, redact, depth + 1));
  const entries = Object.entries(value).map(([key, inner]) => [key, sanitizedEntry(key, inner, redact, depth)]);
  return Object.fromEntries(entries) as unknown; // as fromEntries of untyped entries is typed
}

/**
 * A context or an event as it may be shown outside of the host: no value of an environment, no arguments, nothing that is called a
 * token or a secret; names and lengths stay. What is no JSON becomes a word.
 */
export function sanitized(value: unknown, redact: Redact): unknown {
  return sanitizedAt(value, redact, 0);
}
