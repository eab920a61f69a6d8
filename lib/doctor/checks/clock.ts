import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Millis } from '../../model/values/time.ts';
import { bootId } from '../../process/os/process-identity.ts';
import { fail, ok, warn, type Check, type Finding } from '../check.ts';

/** A correct clock cannot show an earlier time. */
const EARLIEST_TIME: Millis = Date.UTC(2026, 0, 1);
/** File systems round times, and clocks are adjusted slightly. */
const TOLERANCE_MS: Millis = 60_000;

/** Facts about the time. `boot` is empty if the system has no boot id; `storedAt` is null without a database. */
export interface ClockFacts {
  readonly now: Millis;
  readonly storedAt: Millis | null;
  readonly boot: string;
  readonly platform: NodeJS.Platform;
}

/** Compares the clock with earlier timestamps. */
export function judgeClock({ now, storedAt, boot, platform }: ClockFacts): Finding {
  const shown = new Date(now).toISOString();
  const remedy = 'Set the clock and keep it synchronized by NTP (timedatectl set-ntp true).';
  if (now < EARLIEST_TIME) return fail(`The clock shows ${shown}, which is before this version was released.`, remedy);
  if (storedAt !== null && storedAt > now + TOLERANCE_MS) {
    return warn(
      `The clock shows ${shown}, but the database was written at ${new Date(storedAt).toISOString()}.`,
      remedy,
    );
  }
  if (platform === 'linux' && boot === '') {
    return fail('The kernel provides no boot id, so a reboot looks like a crash.', 'Mount /proc.');
  }
  return ok(`The clock shows ${shown}${boot === '' ? '' : `; the boot id is ${boot}`}.`);
}

/** Whether time and boot are known. */
export const clock: Check = {
  id: 'clock',
  title: 'Clock and boot',
  examine: ({ stateDir }) => {
    const storedAt = statSync(join(stateDir, 'coredinator.db'), { throwIfNoEntry: false })?.mtimeMs ?? null;
    return judgeClock({ now: Date.now(), storedAt, boot: bootId(), platform: process.platform });
  },
};
