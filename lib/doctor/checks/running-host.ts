import { fail, ok, type Check } from '../check.ts';

/** Whether a host is using the state directory. Either is fine; other checks use the result. */
export const runningHost: Check = {
  id: 'running_host',
  title: 'Running host',
  examine: ({ lock, lockProblem, stateDir }) => {
    if (lockProblem !== null) {
      const remedy = 'Run this as the user of the host, or fix the permissions of the state directory.';
      return fail(`Cannot determine whether a host is running in "${stateDir}": ${lockProblem}.`, remedy);
    }
    if (!lock.isHeld) return ok(`No host is running in "${stateDir}".`);
    const who = lock.pid === null ? 'A host' : `The host with pid ${lock.pid}`;
    return ok(`${who} is running in "${stateDir}"${lock.url === null ? '' : ` and listens on ${lock.url}`}.`);
  },
};
