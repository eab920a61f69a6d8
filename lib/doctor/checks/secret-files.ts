import { readFileSync, statSync } from 'node:fs';
import { fail, ok, skipped, warn, type Check, type Finding } from '../check.ts';

function judgeFile(file: string): Finding {
  const facts = statSync(file, { throwIfNoEntry: false });
  if (facts === undefined)
    return fail(
      `"${file}" does not exist.`,
      `Create it with restricted permissions: for a token (umask 077; openssl rand -hex 32 >"${file}").`,
    );
  try {
    if (readFileSync(file, 'utf8').trim() === '')
      return fail(`"${file}" is empty.`, 'Write a token of at least 16 characters, or the key, into it.');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(
      `"${file}" cannot be read (${reason}).`,
      'Make the user of the host its owner: chown USER FILE; chmod 600 FILE.',
    );
  }
  if (process.platform === 'win32' || (facts.mode & 0o077) === 0)
    return ok(`"${file}" is not accessible to other users.`);
  return warn(
    `Other users may read "${file}" (mode ${(facts.mode & 0o777).toString(8)}).`,
    `Restrict it: chmod 600 "${file}".`,
  );
}

/** Whether token and key files exist and are private. */
export const secretFiles: Check = {
  id: 'secret_files',
  title: 'Tokens and keys',
  examine: ({ secretFiles: files }) => {
    const findings = files.map(judgeFile);
    const worst = findings.find(({ status }) => status === 'fail') ?? findings.find(({ status }) => status === 'warn');
    return worst ?? findings[0] ?? skipped('No token or key files are configured.');
  },
};
