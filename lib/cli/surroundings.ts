import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD = [0, 1, 2] as const;

/** What is wrong with the working directory of this process, as a sentence; null: nothing. */
export function lostWorkingDirectory(): string | null {
  try {
    process.cwd();
    return null;
  } catch {
    return 'The current directory has been deleted; change to one that exists and run the command again.';
  }
}

/**
 * Replaces terminals that hung up by /dev/null when the process exits. At its end Node sets every terminal that it found at
 * its start back to its mode, and aborts (SIGABRT) if one is gone by then.
 */
export function surviveLostTerminals(): void {
  const terminals = STANDARD.filter((fd) => isatty(fd));
  if (terminals.length === 0) return;
  process.on('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) replace(fd);
  });
}

function replace(fd: number): void {
  try {
    closeSync(fd);
    openSync('/dev/null', 'r+'); // takes the lowest free number, which is this one
  } catch {
    // The process ends in any case.
  }
}
