import { readFileSync, statSync } from 'node:fs';
import { codeOf } from './error-code.ts';

/** `1: FLOCK  ADVISORY  WRITE 1234 fd:01:5678 0 EOF`: device (hexadecimal) and inode. */
const FLOCK = /^\d+: FLOCK +\w+ +WRITE +-?\d+ ([\da-f]+):([\da-f]+):(\d+) /gm;

/** The device number of a file as /proc/locks shows it, `MAJOR:MINOR`; encoded in stat as in glibc. */
function deviceOf(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return `${major} ${minor}`;
}

/**
 * Whether a process holds an exclusive flock(2) on a file. False also if that cannot be known: without /proc, or on a
 * file system whose files have another device than it has itself (btrfs).
 */
export function isLocked(file: string): boolean {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    const wanted = `${deviceOf(dev)} ${ino}`;
    for (const [, major = '', minor = '', inode] of readFileSync('/proc/locks', 'latin1').matchAll(FLOCK))
      if (`${parseInt(major, 16)} ${parseInt(minor, 16)} ${inode}` === wanted) return true;
  } catch (error) {
    if (codeOf(error) === '') throw error;
  }
  return false;
}
