import type { z } from 'zod';
import type { JsonOf, OperationOf } from '../api/operations.ts';
import type { OperationId, ENDPOINTS } from '../api/paths.ts';

type Primitive = string | number | boolean;

/** A field of a query as a caller gives it: its text, or what that stands for where it is plain. */
type QueryValue<T> = T extends Primitive | undefined ? T | string : string;

/** The fields of a query; those that the schema does without may be left out. */
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

/** What any call can be given besides. */
export interface CallOptions {
  /** Ends the call. */
  readonly signal?: AbortSignal;
  /** Further headers, such as `Idempotency-Key` or `If-Match`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an operation is called with: the parameters of its path, its query and its body, by the schemas of the API. */
export type Arguments<K extends OperationId> = PathArguments<K> &
  QueryPart<OperationOf<K>> &
  BodyPart<OperationOf<K>> &
  CallOptions;

/** What an operation gives: its JSON, or its text where it answers none. */
export type Result<K extends OperationId> = [JsonOf<OperationOf<K>>] extends [never] ? string : JsonOf<OperationOf<K>>;

/** An operation as a method; without anything that must be given it can be called bare. */
export type Call<K extends OperationId> =
  CallOptions extends Arguments<K>
    ? (args?: Arguments<K>) => Promise<Result<K>>
    : (args: Arguments<K>) => Promise<Result<K>>;

/** Every operation of the API as a method of the same name. */
export type Calls = { readonly [K in OperationId]: Call<K> };
