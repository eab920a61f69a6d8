import type { ServiceSpec } from '../spec.ts';
import { tokenName } from '../values/port-token.ts';
import { redactor } from '../values/redaction.ts';
import { digestOf } from '../policy/revision.ts';

/** What is shown in place of a value of an environment, or of a secret. */
export const HIDDEN = '<hidden>';

/** Follows what is shown of a hidden text: a check value of the text, so that a change of it is still recognized. */
const MARK = '\u0001';
const MARKED = new RegExp(`${MARK}[0-9a-f]{8}`, 'g');

/** Variables by name. */
type Variables = Readonly<Record<string, string>>;

/** Hides a part of a text: what is shown of it, and the check value of what is hidden. */
export function hidden(shown: string, original: string): string {
  return shown === original ? original : `${shown}${MARK}${digestOf(original)}`;
}

/** A plain JSON value without check values, as it is shown. */
export function shownOf(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(MARKED, '');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(shownOf);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shownOf(part)]));
}

/** A text as it is compared: by its check value, whether or not it is hidden. */
export function comparableOf(value: unknown): unknown {
  return mapTexts(value, (text) => (text.at(-9) === MARK ? text.slice(-8) : digestOf(text)));
}

/**
 * The spec without the values of its environment and, in its other texts, without those of the variables that its
 * process inherits, or that are given in addition.
 */
export function maskedSpec(spec: ServiceSpec, inherited: Variables, more: Variables = {}): ServiceSpec {
  const hiding = [redactor(spec.env), redactor(more), redactorOf(inherited)];
  const redact = (text: string): string => hiding.reduce((shown, hide) => hide(shown), text);
  const masked = <T>(value: T): T => mapTexts(value, (text) => hidden(redact(text), text));
  const { env, args, cwd, probes } = spec;
  return { ...spec, env: maskedVariables(env), args: masked(args), cwd: masked(cwd), probes: masked(probes) };
}

const redactors = new WeakMap<Variables, ReturnType<typeof redactor>>();

/** The same for the same object: a host has one, of many variables. */
function redactorOf(inherited: Variables): ReturnType<typeof redactor> {
  const known = redactors.get(inherited);
  if (known !== undefined) return known;
  const made = redactor(inherited);
  redactors.set(inherited, made);
  return made;
}

/** Variables with hidden values; a port of the service is no secret. */
function maskedVariables(env: Variables): Variables {
  const values = Object.entries(env).map(([name, value]) => {
    return [name, tokenName(value) === null ? hidden(HIDDEN, value) : value] as const;
  });
  return Object.fromEntries(values);
}

/** A part of a document as it is written in a file: references to variables are shown, values are not. */
export function maskedPart(part: unknown, inherited: Variables): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  const { env, ...rest } = part as Readonly<Record<string, unknown>>; // an object of plain JSON
  const given = textsOf(env);
  const hiding = [redactor(given), redactorOf(inherited)];
  const redact = (text: string): string => hiding.reduce((shown, hide) => hide(shown), text);
  const shown = Object.entries(given).map(([name, value]) => {
    return [name, isReference(value) ? value : hidden(HIDDEN, value)] as const;
  });
  const others = mapTexts(rest, (text) => hidden(redact(text), text));
  return env === undefined ? others : { ...others, env: Object.fromEntries(shown) };
}

/** A webhook as it is written in a file, without its address and its secret. */
export function maskedWebhook(webhook: unknown): unknown {
  if (typeof webhook !== 'object' || webhook === null) return webhook;
  const secrets = Object.entries<unknown>({ ...webhook }).filter(([key, value]) => {
    return (key === 'url' || key === 'secret') && !isReference(String(value));
  });
  const masks = secrets.map(([key, value]) => [key, hidden(HIDDEN, String(value))] as const);
  return { ...webhook, ...Object.fromEntries(masks) };
}

function textsOf(env: unknown): Variables {
  if (typeof env !== 'object' || env === null) return {};
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
}

/** Whether a text is the name of a variable and nothing else, such as `${env.TOKEN}`. */
function isReference(text: string): boolean {
  return /^\$\{[^}]*\}$/.test(text);
}

/** The value with each of its texts changed. */
function mapTexts<T>(value: T, change: (text: string) => string): T {
  return changed(value, change) as T; // only texts change
}

function changed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((part) => changed(part, change));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, changed(part, change)]));
}
