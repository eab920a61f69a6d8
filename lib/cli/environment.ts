import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD = [0, 1, 2] as const;

/** A sentence if the working directory of this process was deleted; otherwise null. */
export function lostWorkingDirectory(): string | null {
  try {
    process.cwd();
    return null;
  } catch {
    return 'The current directory has been deleted; change to one that exists and run the command again.';
  }
}

/**
 * When the process exits, replaces closed terminals with /dev/null: Node then resets every terminal that it found at
 * startup, and aborts (SIGABRT) if one is gone.
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
    openSync('/dev/null', 'r+'); // gets the lowest free descriptor, which is this one
  } catch {
    // The process is exiting in any case.
  }
}
