import type { ErrorCode } from '../model/errors.ts';

/** Errors in a request that are detected before any command or query. */
export type RequestErrorCode =
  | 'malformed_path'
  | 'malformed_body'
  | 'body_incomplete'
  | 'body_too_large'
  | 'unsupported_encoding'
  | 'invalid_request'
  | 'route_not_found'
  | 'method_not_allowed'
  | 'host_missing'
  | 'duplicate_header'
  | 'host_not_served'
  | 'cross_origin'
  | 'token_required'
  | 'token_read_only'
  | 'too_many_attempts'
  | 'too_many_headers'
  | 'target_too_long'
  | 'too_many_streams'
  | 'upgrade_required'
  | 'malformed_handshake'
  | 'not_ready';

/** All codes that the `type` of a problem document can have. */
export type ProblemCode = ErrorCode | RequestErrorCode | 'internal';

/** The response for a code; `retryAfterS` becomes `Retry-After`, in seconds. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly retryAfterS?: number;
}

/** Status and title of each code; a code without a row does not compile. */
export const PROBLEM_KINDS: Readonly<Record<ProblemCode, ProblemKind>> = {
  invalid_id: { status: 422, title: 'Invalid id' },
  agent_not_found: { status: 404, title: 'Agent not found' },
  machine_not_found: { status: 404, title: 'Machine not found' },
  webhook_not_found: { status: 404, title: 'Webhook not found' },
  webhook_not_muted: { status: 409, title: 'Webhook not muted' },
  service_not_found: { status: 404, title: 'Service not found' },
  config_unreadable: { status: 400, title: 'Config file unreadable' },
  config_invalid: { status: 422, title: 'Config file invalid' },
  config_outside_root: { status: 403, title: 'Config file outside the allowed folder' },
  revision_not_found: { status: 404, title: 'Revision not found' },
  revisions_unrelated: { status: 422, title: 'Revisions of different subjects' },
  version_not_found: { status: 422, title: 'Version not found' },
  agent_conflict: { status: 409, title: 'Agent conflict' },
  service_conflict: { status: 409, title: 'Service conflict' },
  service_unheld: { status: 409, title: 'Service not held' },
  store_unavailable: { status: 503, title: 'Store unavailable', retryAfterS: 1 },
  host_closing: { status: 503, title: 'Host is shutting down', retryAfterS: 5 },
  actor_set_aside: { status: 500, title: 'Actor quarantined' },
  service_held: { status: 409, title: 'Service is held' },
  service_not_alive: { status: 409, title: 'Service not running' },
  service_not_failing: { status: 409, title: 'Service not failing' },
  wait_timeout: { status: 504, title: 'State not reached in time' },
  wait_failed: { status: 409, title: 'State will not be reached' },
  precondition_failed: { status: 412, title: 'Precondition failed' },
  idempotency_key_reused: { status: 422, title: 'Idempotency key reused' },
  idempotency_key_in_flight: { status: 409, title: 'Request in progress', retryAfterS: 1 },
  malformed_path: { status: 400, title: 'Malformed path' },
  malformed_body: { status: 400, title: 'Malformed body' },
  body_incomplete: { status: 400, title: 'Body incomplete' },
  body_too_large: { status: 413, title: 'Body too large' },
  unsupported_encoding: { status: 415, title: 'Unsupported content encoding' },
  invalid_request: { status: 422, title: 'Invalid request' },
  route_not_found: { status: 404, title: 'Route not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  host_missing: { status: 400, title: 'Host header missing' },
  duplicate_header: { status: 400, title: 'Duplicate header' },
  host_not_served: { status: 421, title: 'Host name not allowed' },
  cross_origin: { status: 403, title: 'Cross-origin request not allowed' },
  token_required: { status: 401, title: 'Token required' },
  token_read_only: { status: 403, title: 'Token is read-only' },
  too_many_attempts: { status: 429, title: 'Too many failed attempts' },
  too_many_headers: { status: 431, title: 'Too many headers' },
  target_too_long: { status: 414, title: 'Request target too long' },
  too_many_streams: { status: 503, title: 'Too many streams', retryAfterS: 5 },
  upgrade_required: { status: 426, title: 'WebSocket required' },
  malformed_handshake: { status: 400, title: 'Malformed WebSocket handshake' },
  not_ready: { status: 503, title: 'Not ready', retryAfterS: 1 },
  internal: { status: 500, title: 'Internal error' },
};
