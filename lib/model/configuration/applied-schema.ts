import { z } from 'zod';

import { agentPlan, serviceSpec } from '../spec-schema.ts';
import type { AppliedConfiguration } from './applied.ts';

/** A configuration as stored; what earlier versions wrote gets the defaults of the specs. */
export const appliedConfiguration: z.ZodType<AppliedConfiguration> = z.union([
  z.strictObject({ plan: agentPlan }),
  z.strictObject({ spec: serviceSpec }),
  z.strictObject({ document: z.record(z.string(), z.unknown()), services: z.array(serviceSpec) }),
]);
