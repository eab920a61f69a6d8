import { z } from 'zod';

/** A type as read from the wire: responses are not modified. */
export type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** The type of a response schema. */
export type Wire<S extends z.ZodType> = DeepReadonly<z.output<S>>;

/** An instant: ISO 8601 in UTC with milliseconds. */
export const instantSchema = z.iso
  .datetime({ precision: 3 })
  .meta({ description: 'ISO 8601 in UTC with milliseconds.', example: '2026-01-02T03:04:05.678Z' });

/** The id of an agent or a service in a response. */
export const idSchema = z.string().meta({ example: 'pump1' });

/** A number of items or events, from 0. */
export const countSchema = z.int().min(0);

/** Where a process runs, next to its pid. */
export const placeSchema = z.string().nullable().meta({
  description:
    'Where its process runs, if not on the machine of the host: then `pid` is null. Null: there, or there is none.',
});

/** A sentence for people; null: no reason. */
export const reasonSchema = z.string().nullable();
