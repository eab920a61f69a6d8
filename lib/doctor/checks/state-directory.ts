import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, warn, type Check, type Finding, type CheckContext } from '../check.ts';

/** Whether the state directory exists, belongs to the user of the host, and is private. */
export const stateDirectory: Check = {
  id: 'state_directory',
  title: 'State directory',
  examine: (context) => (existsSync(context.stateDir) ? checkExisting(context) : checkMissing(context)),
};

function checkMissing({ stateDir, stateFolder }: CheckContext): Finding {
  if (!isWritable(stateFolder)) {
    return fail(
      `"${stateDir}" does not exist, and this user cannot create it: "${stateFolder}" is not writable.`,
      `Create it for the user of the host (install -d -m 700 -o USER "${stateDir}"), or use another --state-dir.`,
    );
  }
  return ok(`"${stateDir}" will be created when a host first starts.`);
}

function checkExisting({ stateDir }: CheckContext): Finding {
  const facts = statSync(stateDir);
  if (!facts.isDirectory()) return fail(`"${stateDir}" is not a folder.`, 'Use the path of a folder with --state-dir.');
  const user = process.getuid?.();
  if (!isWritable(stateDir)) {
    const remedy = `Run the host as its owner (uid ${facts.uid}), or change the owner: chown -R USER "${stateDir}".`;
    return fail(`"${stateDir}" cannot be written by this user.`, remedy);
  }
  const foreign = foreignIn(stateDir, user);
  if (foreign !== null) {
    const remedy = `Always run the host as the same user. Then fix the owner: chown -R USER "${stateDir}".`;
    return warn(`"${foreign}" belongs to another user.`, remedy);
  }
  if (process.platform === 'win32' || (facts.mode & 0o077) === 0)
    return ok(`"${stateDir}" is not accessible to other users.`);
  return warn(
    `Other users may read "${stateDir}" (mode ${(facts.mode & 0o777).toString(8)}): the output of services may contain secrets.`,
    `Restrict it: chmod 700 "${stateDir}".`,
  );
}

function foreignIn(stateDir: string, user: number | undefined): string | null {
  const paths = [stateDir, ...readdirSync(stateDir).map((name) => join(stateDir, name))];
  const owned = paths.map((path) => ({ path, uid: statSync(path, { throwIfNoEntry: false })?.uid }));
  return owned.find(({ uid }) => user !== undefined && uid !== undefined && uid !== user)?.path ?? null;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
