import { z } from 'zod';

import { parseAgentId, parseLaunchId, parseServiceId } from './ids.ts';

/** Text that a parser of `ids.ts` accepts, as what it makes of it. */
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

/** The id of an agent in something that was kept. */
export const agentId = parsedBy(parseAgentId);

/** The id of a service in something that was kept. */
export const serviceId = parsedBy(parseServiceId);

/** The id of a launch in something that was kept. */
export const launchId = parsedBy(parseLaunchId);
