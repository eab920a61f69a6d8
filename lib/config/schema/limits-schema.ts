import { z } from 'zod';
import { parseSize } from '../../model/values/byte-size.ts';
import { NO_LIMITS, type ResourceLimits } from '../../model/values/limits.ts';

const MAX_COUNT = 2 ** 31 - 1;
/** 512 TiB: more than any system addresses. */
const MAX_SIZE_BYTES = 2 ** 49;
/** Three are open at the start, and a program needs one more to load its libraries. */
const MIN_OPEN_FILES = 4;
/** No program fits into less. */
const MIN_ADDRESS_SPACE_BYTES = 1024 ** 2;

const unlimited = z.literal('unlimited');

function countFrom(least: number): z.ZodType<number | 'unlimited'> {
  return z.union([z.int().min(least).max(MAX_COUNT), unlimited], {
    error: `must be a whole number of at least ${least}, or unlimited`,
  });
}

function sizeFrom(least: number, words: string): z.ZodType<number | 'unlimited', string | 0> {
  return z.union([z.literal(0), z.string()], { error: `must be ${words}` }).transform((value, context) => {
    if (value === 'unlimited') return value;
    const parsed = parseSize(value === 0 ? '0B' : value);
    const isFitting = parsed.type === 'size' && parsed.bytes >= least && parsed.bytes <= MAX_SIZE_BYTES;
    if (isFitting) return parsed.bytes;
    context.addIssue({ code: 'custom', message: `must be ${words}` });
    return z.NEVER;
  });
}

/** The limits of a kind; absent ones are inherited from the host. Sizes are bytes. */
export const limitsSchema = z.strictObject({
  open_files: countFrom(MIN_OPEN_FILES).describe('Open files, 4 or more, or unlimited.').optional(),
  processes: countFrom(0).describe('Processes and threads of its user, across all programs, or unlimited.').optional(),
  core_size: sizeFrom(0, 'a size such as 512MiB, 0 or unlimited')
    .describe('The size of a core file, or unlimited.')
    .optional(),
  address_space: sizeFrom(MIN_ADDRESS_SPACE_BYTES, 'a size of at least 1MiB such as 512MiB, or unlimited')
    .describe('Virtual memory of each process, 1MiB or more, or unlimited.')
    .optional(),
});

/** The limits of a service. */
export function limitsSpec(limits: z.output<typeof limitsSchema>): ResourceLimits {
  const { open_files: openFiles, processes, core_size: coreSize, address_space: addressSpace } = limits;
  return {
    openFiles: openFiles ?? NO_LIMITS.openFiles,
    processes: processes ?? NO_LIMITS.processes,
    coreSize: coreSize ?? NO_LIMITS.coreSize,
    addressSpace: addressSpace ?? NO_LIMITS.addressSpace,
  };
}
