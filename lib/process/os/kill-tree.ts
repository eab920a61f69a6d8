import treeKill from 'tree-kill';

/**
 * Ends a process and all below it by force, which is all that Windows has: no signal asks there. Rejects when taskkill does. Nowhere
 * else may it be used: who descends from whom is read once and not proven, so a process that forks meanwhile escapes, and a pid
 * that was given again is killed.
 */
export function killTree(pid: number): Promise<void> {
  return new Promise((resolve, reject) => {
    treeKill(pid, 'SIGKILL', (error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}
