import { z } from 'zod';

import { parseAgentId, parseLaunchId, parseServiceId } from './ids.ts';

/** A schema for text that a parser of `ids.ts` accepts; returns the parsed id. */
function parsedBy<T>(parse: (text: string) => T): z.ZodType<T> {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
      return z.NEVER;
    }
  });
}

/** A stored agent id. */
export const agentId = parsedBy(parseAgentId);

/** A stored service id. */
export const serviceId = parsedBy(parseServiceId);

/** A stored launch id. */
export const launchId = parsedBy(parseLaunchId);
