import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Millis } from '../../model/values/time.ts';
import { bootId } from '../../process/os/process-identity.ts';
import { fail, ok, warn, type Check, type Finding } from '../check.ts';

/** No clock that is right shows an earlier time. */
const WRITTEN_AT: Millis = Date.UTC(2026, 0, 1);
/** File systems round, and clocks are set by a little. */
const SLACK_MS: Millis = 60_000;

/** What is known of the time; `boot` is empty where the system does not tell boots apart, `storedAt` null without a database. */
export interface ClockFacts {
  readonly now: Millis;
  readonly storedAt: Millis | null;
  readonly boot: string;
  readonly platform: NodeJS.Platform;
}

/** Judges the clock by what was written earlier. */
export function judgeClock({ now, storedAt, boot, platform }: ClockFacts): Finding {
  const shown = new Date(now).toISOString();
  const remedy = 'Set the clock and keep it synchronized by NTP (timedatectl set-ntp true).';
  if (now < WRITTEN_AT) return fail(`The clock says ${shown}, which is before this version was released.`, remedy);
  if (storedAt !== null && storedAt > now + SLACK_MS) {
    return warn(
      `The clock says ${shown}, but the database was written at ${new Date(storedAt).toISOString()}.`,
      remedy,
    );
  }
  if (platform === 'linux' && boot === '') {
    return fail('The kernel provides no boot id, so a reboot looks like a crash.', 'Mount /proc.');
  }
  return ok(`The clock says ${shown}${boot === '' ? '' : `; this boot is ${boot}`}.`);
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
