import { z } from 'zod';

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
