import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv';
import { openApiDocument } from '../../lib/api/document.ts';
import type { Problem } from '../../lib/api/schemas/problem.ts';

/** A received response. */
export interface Answered {
  readonly method: string;
  /** With or without a query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  /** Null: not read, for instance of an event stream. */
  readonly text: string | null;
}

interface Described {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

const DOCUMENT = openApiDocument('0.0.0-spec') as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};
const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': true } });
ajv.addSchema(DOCUMENT, 'api');

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}/?$`);
}

/** The most literal path first: `/api/agents/start` is not an agent. */
const PATHS = Object.keys(DOCUMENT.paths)
  .map((path) => ({ path, matches: pattern(path) }))
  .sort((one, other) => one.path.split('{').length - other.path.split('{').length);

const validators = new Map<string, ValidateFunction>();

function validatorOf(pointer: string): ValidateFunction {
  const known = validators.get(pointer);
  if (known !== undefined) return known;
  const made = ajv.compile({ $ref: `api#${pointer}` });
  validators.set(pointer, made);
  return made;
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** How a response violates the OpenAPI document (or the promised words of a 404), as a sentence; null: it does not. */
export function misfit({ method, path, status, contentType, text }: Answered): string | null {
  const place = PATHS.find(({ matches }) => matches.test(path.split('?')[0] ?? ''));
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
  const described = place === undefined ? undefined : DOCUMENT.paths[place.path]?.[verb];
  const at = `${method} ${path} → ${status}`;
  const type = contentType?.split(';')[0] ?? '';
  if (place === undefined || described === undefined) {
    if (![400, 401, 403, 404, 405, 413, 414, 421, 429, 431, 204].includes(status))
      return `${at} is not in the document`;
    return status === 204 ? null : mismatch('/components/schemas/Problem', at, type, text);
  }
  const answer = described.responses[String(status)];
  if (answer === undefined) return `${at}: the document has no such status for ${place.path}`;
  if (answer.content === undefined) return text === null || text === '' ? null : `${at}: the document says no body`;
  const isSignIn = status === 401 && verb === 'get' && type === 'text/html'; // only for browsers: no part of an API
  if (isSignIn) return null;
  if (!Object.hasOwn(answer.content, type)) return `${at}: the document has no ${type}`;
  const pointer = `/paths/${escaped(place.path)}/${verb}/responses/${status}/content/${escaped(type)}/schema`;
  return method === 'HEAD' ? null : mismatch(pointer, at, type, text);
}

function mismatch(pointer: string, at: string, type: string, text: string | null): string | null {
  if (text === null || !type.endsWith('json')) return null;
  const validate = validatorOf(pointer);
  const json: unknown = JSON.parse(text);
  if (validate(json)) return type === 'application/problem+json' ? withoutWords(json as Problem, at) : null; // just checked
  return `${at}: ${ajv.errorsText(validate.errors)} in ${text.slice(0, 500)}`;
}

/** Clients of the original look for these words. */
function withoutWords({ status, detail }: Problem, at: string): string | null {
  return status !== 404 || detail?.includes('not found') === true
    ? null
    : `${at}: no "not found" in "${String(detail)}"`;
}

/** Throws if a response violates the OpenAPI document. */
export function assertFits(answered: Answered): void {
  const wrong = misfit(answered);
  if (wrong !== null) throw new Error(`A response violates the OpenAPI document: ${wrong}.`);
}
