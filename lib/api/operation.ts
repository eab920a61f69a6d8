import type { z } from 'zod';
import type { ProblemCode } from './problems.ts';

/** The sections of the documentation, in order. */
export const TAGS = {
  Agents: 'Bundles of services started from one file.',
  'Tennessee Eastman demo': 'Agents of the type `tep-demo`.',
  'Shared coreio': 'Coreio services that agents can share.',
  Services: 'Single services, of agents and of the host.',
  Logs: 'The output of services.',
  Events: 'Past and new events.',
  Webhooks: 'The receivers of events.',
  Machines: 'The statecharts of the host, to view and to export.',
  Configuration: 'The configuration files.',
  Host: 'The host itself.',
  Documentation: 'This documentation.',
  Dashboard: 'A page that shows agents and services live.',
} as const;
export type Tag = keyof typeof TAGS;

/** One successful response of an operation. */
export interface Answer {
  /** One sentence. */
  readonly what: string;
  /** Schemas by media type; omitted: no body. */
  readonly content?: Readonly<Record<string, z.ZodType>>;
  readonly headers?: z.ZodObject;
}

/** The description of an operation, apart from its path: the source of all validation, documentation and types. */
export interface Operation {
  readonly tag: Tag;
  /** One sentence. */
  readonly summary: string;
  /** More details, in CommonMark, if the summary is not enough. */
  readonly description?: string;
  /**
   * `open`: no token is required. `any_token`: any token is enough, whatever the method. Default: any token for GET,
   * full access for other methods.
   */
  readonly access?: 'open' | 'any_token';
  /** Strict; if omitted, the query is ignored. */
  readonly query?: z.ZodObject;
  /** Strict; if omitted, the body is not read. */
  readonly body?: z.ZodObject;
  /** Request headers with a meaning for this operation. */
  readonly headers?: z.ZodObject;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /**
   * Codes specific to this operation; those of the request pipeline, bodies, queries and ids are added automatically.
   */
  readonly problems?: readonly ProblemCode[];
}

/** A group of related operations. */
export type Operations = Readonly<Record<string, Operation>>;

/** The usual response: 200 with JSON. */
export function ok<S extends z.ZodType>(body: S, what = 'Success.') {
  return { 200: { what, content: { 'application/json': body } } } as const;
}
