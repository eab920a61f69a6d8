import { z } from 'zod';

/** A type as it is read from the wire: nobody changes an answer. */
export type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** What a schema of an answer stands for. */
export type Wire<S extends z.ZodType> = DeepReadonly<z.output<S>>;

/** An instant: ISO 8601 in UTC with milliseconds. */
export const instantSchema = z.iso
  .datetime({ precision: 3 })
  .meta({ description: 'ISO 8601 in UTC with milliseconds.', example: '2026-01-02T03:04:05.678Z' });

/** An id of an agent or a service in an answer. */
export const idSchema = z.string().meta({ example: 'pump1' });

/** A count that begins at 0. */
export const countSchema = z.int().min(0);

/** A sentence for people; null: there is nothing to say. */
export const reasonSchema = z.string().nullable();
