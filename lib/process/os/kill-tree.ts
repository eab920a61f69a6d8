import treeKill from 'tree-kill';

/**
 * Kills a process and all its descendants; for Windows only, which has no signals. Rejects if taskkill fails. It must
 * not be used elsewhere: the descendants are read once and not verified, so a process that forks in the meantime
 * escapes, and a process with a reused pid is killed.
 */
export function killTree(pid: number): Promise<void> {
  return new Promise((resolve, reject) => {
    treeKill(pid, 'SIGKILL', (error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}
