import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

function readOrNull(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // it ended
  }
}

/** Whether exactly this process is alive; a zombie is not. */
export function isAlive({ pid, start }) {
  const text = readOrNull(`/proc/${pid}/stat`);
  if (text === null) return false;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[19] === start && fields[0] !== 'Z' && fields[0] !== 'X';
}

function linkOrNull(file) {
  try {
    return readlinkSync(file);
  } catch {
    return null; // it ended, or belongs to the kernel
  }
}

/** Every live process whose program or command line is below `folder`. */
export function processesBelow(folder) {
  const found = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const exe = linkOrNull(`/proc/${name}/exe`) ?? '';
    const command = (readOrNull(`/proc/${name}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
    if (exe === '' && command === '') continue; // a zombie, or belongs to the kernel
    if (exe.startsWith(folder) || command.includes(folder)) found.push({ pid: Number(name), exe, command });
  }
  return found;
}
