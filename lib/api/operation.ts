import type { z } from 'zod';
import type { ProblemCode } from './problems.ts';

/** The headings of the documentation, in its order. */
export const TAGS = {
  Agents: 'Bundles of services started from one file.',
  'Tennessee Eastman demo': 'Agents of the type `tep-demo`.',
  'Shared coreio': 'Coreio services that agents can share.',
  Services: 'Single services, of agents and of the host.',
  Logs: 'The output of services.',
  Events: 'Past and new events.',
  Machines: 'The statecharts of the host, to view and to export.',
  Configuration: 'The configuration files.',
  Host: 'The host itself.',
  Documentation: 'This documentation.',
  Dashboard: 'A page that shows agents and services live.',
} as const;
export type Tag = keyof typeof TAGS;

/** One way in which an operation answers when all goes well. */
export interface Answer {
  /** One sentence. */
  readonly what: string;
  /** By media type; none: there is no body. */
  readonly content?: Readonly<Record<string, z.ZodType>>;
  readonly headers?: z.ZodObject;
}

/** What is known of an operation besides where it answers: all that is checked, documented and typed comes from here. */
export interface Operation {
  readonly tag: Tag;
  /** One sentence. */
  readonly summary: string;
  /** More, in CommonMark, where the summary leaves something open. */
  readonly description?: string;
  /**
   * `open`: needs no token. `any_token`: whatever the method, any token will do. Default: GET may be read with any token, the others
   * take the full one.
   */
  readonly access?: 'open' | 'any_token';
  /** Strict; without one the query is not looked at. */
  readonly query?: z.ZodObject;
  /** Strict; without one the body is not read. */
  readonly body?: z.ZodObject;
  /** Request headers that mean something here. */
  readonly headers?: z.ZodObject;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes that only this operation, or few, answer with; those of the request pipeline, of bodies, queries and ids are added automatically. */
  readonly problems?: readonly ProblemCode[];
}

/** A group of operations that belong together. */
export type Operations = Readonly<Record<string, Operation>>;

/** The usual answer: 200 with JSON. */
export function ok<S extends z.ZodType>(body: S, what = 'Success.') {
  return { 200: { what, content: { 'application/json': body } } } as const;
}
