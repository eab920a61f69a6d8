import type { z } from 'zod';
import type { JsonOf, OperationOf } from '../api/operations.ts';
import type { OperationId, ENDPOINTS } from '../api/paths.ts';

type Primitive = string | number | boolean;

/** A query field as an argument: its text, or its value if that is primitive. */
type QueryValue<T> = T extends Primitive | undefined ? T | string : string;

/** The fields of a query; optional fields may be omitted. */
type QueryArguments<S extends z.ZodType> = {
  readonly [K in keyof z.input<S>]: K extends keyof z.output<S> ? QueryValue<z.output<S>[K]> : never;
};

type ParameterNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterNames<Rest>
  : never;

type PathArguments<K extends OperationId> = { readonly [Name in ParameterNames<(typeof ENDPOINTS)[K][1]>]: string };

type QueryPart<O> = O extends { readonly query: infer S extends z.ZodType }
  ? Partial<QueryArguments<S>> extends QueryArguments<S>
    ? { readonly query?: QueryArguments<S> }
    : { readonly query: QueryArguments<S> }
  : unknown;

type BodyPart<O> = O extends { readonly body: infer S extends z.ZodType } ? { readonly body: z.input<S> } : unknown;

/** Options of any call. */
export interface CallOptions {
  /** Aborts the call. */
  readonly signal?: AbortSignal;
  /** Additional headers, such as `Idempotency-Key` or `If-Match`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The arguments of an operation: path parameters, query and body, as in the API schemas. */
export type Arguments<K extends OperationId> = PathArguments<K> &
  QueryPart<OperationOf<K>> &
  BodyPart<OperationOf<K>> &
  CallOptions;

/** The result of an operation: its JSON, or its text if it has no JSON. */
export type Result<K extends OperationId> = [JsonOf<OperationOf<K>>] extends [never] ? string : JsonOf<OperationOf<K>>;

/** An operation as a method; without required arguments it can be called without any. */
export type Call<K extends OperationId> =
  CallOptions extends Arguments<K>
    ? (args?: Arguments<K>) => Promise<Result<K>>
    : (args: Arguments<K>) => Promise<Result<K>>;

/** Every operation of the API as a method of the same name. */
export type Calls = { readonly [K in OperationId]: Call<K> };
