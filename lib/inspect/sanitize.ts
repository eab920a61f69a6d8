import { redactor } from '../model/values/redaction.ts';

/** Replaces secrets in a text with their names. */
export type Redact = (text: string) => string;

type Environment = Readonly<Record<string, string>>;

const HIDDEN = '***';
/** Deeper than any value of an actor; anything deeper is cut off, including cycles. */
const MAX_DEPTH = 20;

/**
 * Fields that the API does not show either, because they may contain variables from a configuration (`${env.NAME}`).
 */
const HIDDEN_KEYS: ReadonlySet<string> = new Set(['env', 'args', 'command', 'headers', 'cwd', 'input']);
const SECRET_KEY = /token|secret|passw|passphrase|authorization|cookie|credential|api_?key|private_?key/i;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keeps names and lengths, but no values. */
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

/** Merges all environments in these values; if a name occurs twice, the last value wins. */
function environmentOf(values: readonly unknown[]): Environment {
  const found: Record<string, string> = {};
  for (const value of values) collect(value, found, 0);
  return found;
}

/** Hides the values of every environment in these contexts and events, wherever they occur in a text. */
export function redactAllOf(...values: readonly unknown[]): Redact {
  return redactor(environmentOf(values));
}

/** Hides the details of a probe, because paths and patterns may contain secrets; its type stays visible. */
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
      return `(${typeof value})`; // not representable in a message
  }
  if (value === null) return null;
  if (depth > MAX_DEPTH) return '…';
  if (value instanceof Error) return { name: value.name, message: redact(value.message) };
  if (Array.isArray(value)) return value.map((item) => sanitizedAt(item, redact, depth + 1));
  const entries = Object.entries(value).map(([key, inner]) => [key, sanitizedEntry(key, inner, redact, depth)]);
  return Object.fromEntries(entries) as unknown; // fromEntries of untyped entries returns any
}

/**
 * A context or an event that may be shown outside the host: without environment values, arguments, or anything named
 * like a token or secret; names and lengths are kept. Values that JSON cannot represent become a word.
 */
export function sanitized(value: unknown, redact: Redact): unknown {
  return sanitizedAt(value, redact, 0);
}
