import { accessSync, closeSync, constants, existsSync, openSync, readSync } from 'node:fs';

/** The first line of a script is no longer than this (Linux' BINPRM_BUF_SIZE). */
const FIRST_LINE_BYTES = 256;

/**
 * Why the system refused to run an existing file, if the error is about the interpreter that the file names; null: the
 * file does not show it.
 */
export function reasonInFile(path: string, code: string): string | null {
  if (code !== 'ENOENT' && code !== 'EACCES') return null;
  const head = headOf(path);
  if (head === null) return null;
  if (head.startsWith('\x7fELF')) {
    return code === 'ENOENT' ? 'its dynamic loader does not exist, so it was built for another system' : null;
  }
  const interpreter = interpreterIn(head);
  if (interpreter === null) return null;
  if (interpreter.endsWith('\r')) {
    return `its first line ends with a carriage return, so its interpreter would be ${JSON.stringify(interpreter)}; save it with LF line endings`;
  }
  if (!existsSync(interpreter)) return `its interpreter "${interpreter}" does not exist`;
  return isExecutable(interpreter) ? null : `its interpreter "${interpreter}" may not be executed`;
}

/** The interpreter of a script, as the kernel reads it; null: this is no script. */
function interpreterIn(head: string): string | null {
  const [line = ''] = head.split('\n');
  return /^#![ \t]*([^ \t]+)/.exec(line)?.[1] ?? null;
}

function headOf(path: string): string | null {
  try {
    const fd = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(FIRST_LINE_BYTES);
      return bytes.toString('latin1', 0, readSync(fd, bytes));
    } finally {
      closeSync(fd);
    }
  } catch {
    return null; // missing or unreadable: the error of the system says more
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
