import { accessSync, constants, statSync } from 'node:fs';
import { fail, ok, warn, type Check } from '../check.ts';

const OTHERS_MAY_WRITE = 0o002;

/** Whether the folder of the executables can be read, and who can write to it. */
export const basePath: Check = {
  id: 'base_path',
  title: 'Base path',
  engines: ['local'],
  examine: ({ basePath: folder }) => {
    const facts = statSync(folder, { throwIfNoEntry: false });
    if (facts === undefined)
      return fail(`"${folder}" does not exist.`, 'Create it, or use another folder with --base-path.');
    if (!facts.isDirectory())
      return fail(`"${folder}" is not a folder.`, 'Use --base-path with the folder of the executables.');
    try {
      accessSync(folder, constants.R_OK | constants.X_OK);
    } catch {
      return fail(
        `"${folder}" cannot be read by this user.`,
        `Allow the user of the host to read it: chmod o+rx "${folder}".`,
      );
    }
    if (process.platform !== 'win32' && (facts.mode & OTHERS_MAY_WRITE) !== 0) {
      return warn(
        `Any user may add executables to "${folder}", and the host runs them.`,
        `Restrict it: chmod o-w "${folder}".`,
      );
    }
    return ok(`"${folder}" can be read.`);
  },
};
