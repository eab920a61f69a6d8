import { z } from 'zod';

/** Text that a parser of `model/ids.ts` accepts, as what it makes of it. */
export function parsedBy<T>(parse: (text: string) => T): z.ZodType<T> {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
      return z.NEVER;
    }
  });
}

/** Text that holds JSON of this shape. */
export function jsonOf<T>(shape: z.ZodType<T>): z.ZodType<T> {
  const json = z.string().transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
      return z.NEVER;
    }
  });
  return json.pipe(shape);
}
