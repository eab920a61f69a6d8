import type { Operation } from './operation.ts';
import type { Method } from './paths.ts';
import type { ProblemCode } from './problems.ts';

/** Problems that any request can have before it reaches its route. */
const PIPELINE: readonly ProblemCode[] = [
  'host_missing',
  'duplicate_header',
  'body_too_large',
  'target_too_long',
  'too_many_headers',
  'malformed_path',
  'cross_origin',
  'host_not_served',
  'internal',
  'not_ready',
];

const BODY: readonly ProblemCode[] = ['malformed_body', 'body_incomplete', 'unsupported_encoding', 'invalid_request'];

const COMMAND: readonly ProblemCode[] = [
  'store_unavailable',
  'host_closing',
  'invalid_request',
  'idempotency_key_reused',
  'idempotency_key_in_flight',
];

/**
 * All codes that an operation can respond with: its own, and those that come with its token, id, query, body and
 * writes.
 */
export function problemsOf(operation: Operation, method: Method, path: string): readonly ProblemCode[] {
  const isCommand = method !== 'GET';
  return [
    ...new Set<ProblemCode>([
      ...PIPELINE,
      ...(operation.access === 'open' ? [] : (['token_required', 'too_many_attempts'] as const)),
      ...(isCommand && operation.access === undefined ? (['token_read_only'] as const) : []),
      ...(isCommand ? COMMAND : []),
      ...(path.includes('{id}') ? (['invalid_id'] as const) : []),
      ...(operation.query === undefined ? [] : (['invalid_request'] as const)),
      ...(operation.body === undefined ? [] : BODY),
      ...(operation.problems ?? []),
    ]),
  ];
}
