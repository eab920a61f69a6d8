import { readFileSync } from 'node:fs';
import { bestShimKind } from '../../process/launch/shim-kind.ts';
import { ok, skipped, warn, type Check, type Finding } from '../check.ts';

const KIB = 1024;
/** What a shim asks for if it may: see `open_fifo` in output.c. */
const LARGE_PIPE = 1024 * KIB;
/** The pages of a pipe by default, and beyond the limit of its user. */
const DEFAULT_PAGES = 16;
const LEAST_PAGES = 2;
/** The two pipes of the output, and one page for each of the other two. */
const PAGES_PER_SERVICE = 2 * DEFAULT_PAGES + 2;
const SYS_ADMIN = 21n;
const SYS_RESOURCE = 24n;

/** What the kernel allows for pipes. */
export interface PipeFacts {
  /** CAP_SYS_RESOURCE or CAP_SYS_ADMIN: its limits do not apply. */
  readonly mayEnlarge: boolean;
  readonly pageSize: number;
  /** How many pages all pipes of a user may take before new ones get fewer; 0: no limit. */
  readonly budget: number;
}

/** Says how much a service can write before it waits for its shim, with a number of services. */
export function judgeOutputBuffer({ mayEnlarge, pageSize, budget }: PipeFacts, services: number): Finding {
  const size = (bytes: number): string => `${bytes / KIB} KiB`;
  const meaning = 'before it waits, while its shim or the disk hangs';
  if (mayEnlarge) return ok(`Each service can write ${size(LARGE_PIPE)} ${meaning}.`);
  const usual = size(DEFAULT_PAGES * pageSize);
  if (budget === 0) return ok(`Each service can write ${usual} ${meaning}.`);
  const capacity = Math.floor(budget / PAGES_PER_SERVICE);
  if (services <= capacity) return ok(`Each service can write ${usual} ${meaning}, up to ${capacity} services.`);
  const needed = services * PAGES_PER_SERVICE;
  return warn(
    `Only ${capacity} of ${services} services can write ${usual} ${meaning}; the others only ${size(LEAST_PAGES * pageSize)}.`,
    `Raise the limit for the pipes of a user: sysctl fs.pipe-user-pages-soft=${needed}.`,
  );
}

/** The size of a page of memory in the auxiliary vector of a process (/proc/self/auxv); 4 KiB if it does not say. */
export function pageSizeIn(vector: Buffer): number {
  const AT_PAGESZ = 6n;
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8));
  }
  return 4 * KIB;
}

function mayEnlargePipes(): boolean {
  const [, effective = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return (BigInt(`0x${effective}`) & ((1n << SYS_ADMIN) | (1n << SYS_RESOURCE))) !== 0n;
}

/** How much a service can write before it waits for its shim. */
export const outputBuffer: Check = {
  id: 'output_buffer',
  title: 'Output buffer',
  engines: ['local'],
  examine: ({ services }) => {
    if (bestShimKind() !== 'native') return skipped('The Node shim is used; services write to their files directly.');
    const pageSize = pageSizeIn(readFileSync('/proc/self/auxv'));
    const budget = Number(readFileSync('/proc/sys/fs/pipe-user-pages-soft', 'latin1'));
    return judgeOutputBuffer({ mayEnlarge: mayEnlargePipes(), pageSize, budget }, services);
  },
};
