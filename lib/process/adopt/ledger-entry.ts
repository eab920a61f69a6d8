import { REBOOTED, type ProcessExit } from '../../model/process.ts';
import type { LaunchEntry } from '../../ports/launch-ledger.ts';
import type { ShimClaim } from '../files/launch-files.ts';
import { NO_PROCESS, type Identity } from '../os/process-identity.ts';

/** The claim of a launch that is known to be real, if its own cannot be read. */
export function lostClaim({ shim, bootId }: LaunchEntry): ShimClaim {
  const kind = shim === 'pod' ? 'sh' : shim; // an adoption refuses a pod before it needs a claim
  return { owner: 'shim', kind, shim: NO_PROCESS, boot: bootId, outputBuffer: null };
}

/** The main process that the ledger knows; null: none. */
export function writtenMain({ pid, startTime }: LaunchEntry): Identity | null {
  return pid === null || startTime === null ? null : { pid, start: startTime };
}

/** A process of an earlier boot whose end was not observed is treated as ended by the reboot. */
export function inBoot(boot: string | null, entry: LaunchEntry, exit: ProcessExit): ProcessExit {
  return exit.isKnown || entry.bootId === boot ? exit : { ...exit, isBlameless: true, because: REBOOTED };
}
