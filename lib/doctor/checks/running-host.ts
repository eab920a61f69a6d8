import { fail, ok, type Check } from '../check.ts';

/** Whether a host has the state directory now. Either is fine; other checks read on from here. */
export const runningHost: Check = {
  id: 'running_host',
  title: 'Running host',
  examine: ({ lock, lockProblem, stateDir }) => {
    if (lockProblem !== null) {
      const remedy = 'Run this as the user who runs the host, or fix the permissions of the state directory.';
      return fail(`Cannot tell whether a host runs on "${stateDir}": ${lockProblem}.`, remedy);
    }
    if (!lock.isHeld) return ok(`No host runs on "${stateDir}".`);
    const who = lock.pid === null ? 'A host' : `The host with pid ${lock.pid}`;
    return ok(`${who} runs on "${stateDir}"${lock.url === null ? '' : ` and answers at ${lock.url}`}.`);
  },
};
