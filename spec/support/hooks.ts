import { readdirSync, readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { eventually } from './eventually.ts';
import { removeTemporaryFolders } from './temporary.ts';

const NAME = 'SPECS_OF';
/** Every process that a spec starts inherits this, services too, and so can be found when it outlives its test. */
const MARK = `${NAME}=${randomUUID()}`;
process.env[NAME] = MARK.slice(NAME.length + 1);

/** Live processes with our mark, by pid; on systems without /proc none are found. */
function marked(): { readonly pid: number; readonly command: string }[] {
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)) : [];
  return pids.map(Number).flatMap((pid) => {
    if (pid === process.pid) return [];
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      if (!environment.includes(MARK)) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return command === '' ? [] : [{ pid, command }]; // an empty one is a zombie
    } catch {
      return []; // it ended while we looked
    }
  });
}

let known = new Set<number>();

/** Root hooks of every tier: a test that leaves a process behind has failed, whatever it asserted. */
export const mochaHooks = {
  beforeEach(): void {
    known = new Set(marked().map(({ pid }) => pid));
  },

  async afterEach(): Promise<void> {
    const left = (): ReturnType<typeof marked> => marked().filter(({ pid }) => !known.has(pid));
    try {
      await eventually(() => {
        const outliving = left();
        if (outliving.length === 0) return;
        throw new Error(`left behind: ${outliving.map(({ pid, command }) => `${pid} (${command})`).join(', ')}`);
      }, 2_000);
    } catch (error) {
      for (const { pid } of left()) process.kill(pid, 'SIGKILL');
      throw error;
    } finally {
      removeTemporaryFolders();
    }
  },
};
