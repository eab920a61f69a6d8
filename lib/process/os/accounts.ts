import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAsHost, runAsLabel, type Account, type AccountChoice, type RunAs } from '../../model/values/run-as.ts';
import type { Accounts } from '../../ports/process-host.ts';
import { codeOf } from './error-code.ts';

/** A directory service (LDAP) that does not respond must not delay a launch for long. */
const LOOKUP_MS = 5_000;
/** The exit code of `getent` if there is no such entry. */
const NO_ENTRY = 2;

/** The user, group and supplementary groups of a process. */
export interface OwnIds {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

export interface AccountsOptions {
  /** The folder with `passwd` and `group`. Default: /etc. */
  readonly folder?: string;
  /** Default: those of this process. */
  readonly own?: OwnIds;
}

type UserEntry = Pick<Account, 'uid' | 'gid'> & {
  readonly login: NonNullable<Account['login']>;
  readonly isLocal: boolean;
};
type Refused = Extract<AccountChoice, { readonly type: 'refused' }>;

/**
 * The accounts of this machine. They are read from `passwd` and `group`, because a lookup that forks the host is slow;
 * only names that are not in these files are looked up with `getent`, which also uses directory services.
 */
export function systemAccounts({ folder = '/etc', own = ownIds() }: AccountsOptions = {}): Accounts {
  return {
    choose: async (runAs) => {
      if (isAsHost(runAs)) return null;
      try {
        return await chosen(runAs, folder, own);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return {
          type: 'refused',
          code: codeOf(error) || 'EIO',
          reason: `${runAsLabel(runAs)} cannot be looked up: ${reason}`,
        };
      }
    },
  };
}

/**
 * The name of a user, at once, and from `passwd` alone: whoever waits for it must not wait for a directory service.
 * Null: it is not there. Throws if the file cannot be read.
 */
export function userName(uid: number, folder = '/etc'): string | null {
  const line = entriesIn(readFileSync(join(folder, 'passwd'), 'utf8')).find((fields) => fields[2] === String(uid));
  return line?.[0] ?? null;
}

function ownIds(): OwnIds {
  return { uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1, groups: process.getgroups?.() ?? [] };
}

async function chosen(runAs: RunAs, folder: string, own: OwnIds): Promise<AccountChoice> {
  const found = await accountOf(runAs, folder, own);
  if ('type' in found) return found;
  const isOwn = found.uid === own.uid && found.gid === own.gid;
  if (isOwn || own.uid === 0) return { type: 'found', account: { ...found, isOwn } };
  const reason = `the host does not run as root, so it cannot run programs as ${runAsLabel(runAs)}`;
  return { type: 'refused', code: 'EPERM', reason };
}

async function accountOf(
  { user, group }: RunAs,
  folder: string,
  own: OwnIds,
): Promise<Omit<Account, 'isOwn'> | Refused> {
  const entry = user === null ? null : await userEntry(user, folder);
  if (user !== null && entry === null && numberIn(user) === null) return missing('ENOUSER', `user "${user}"`);
  const gid = group === null ? (entry?.gid ?? null) : await groupNumber(group, folder);
  if (gid === null && group !== null) return missing('ENOGROUP', `group "${group}"`);
  if (gid === null) {
    const reason = `user "${user ?? ''}" has no account on this machine, so its group is unknown; name one with "group"`;
    return { type: 'refused', code: 'ENOGROUP', reason };
  }
  const others = user === null ? own.groups : entry === null ? [] : await groupsOf(entry, folder);
  return {
    uid: entry?.uid ?? numberIn(user ?? '') ?? own.uid,
    gid,
    groups: [...new Set([gid, ...others])],
    login: entry?.login ?? null,
  };
}

function missing(code: string, what: string): Refused {
  return { type: 'refused', code, reason: `${what} does not exist on this machine` };
}

/** Only digits: a number, unless there is an account of that name. */
function numberIn(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}

async function userEntry(user: string, folder: string): Promise<UserEntry | null> {
  const local = entryOf(await lines(join(folder, 'passwd')), user, 2);
  const line = local ?? (await entryFromSystem('passwd', user));
  if (line === null) return null;
  const [name = '', , uid, gid, , home = '', shell = ''] = line;
  return { uid: Number(uid), gid: Number(gid), login: { name, home, shell }, isLocal: local !== null };
}

async function groupNumber(group: string, folder: string): Promise<number | null> {
  const line = entryOf(await lines(join(folder, 'group')), group, 2) ?? (await entryFromSystem('group', group));
  return line === null ? numberIn(group) : Number(line[2]);
}

async function groupsOf({ login: { name }, isLocal }: UserEntry, folder: string): Promise<readonly number[]> {
  if (!isLocal) return (await output('id', ['-G', name])).trim().split(' ').map(Number);
  const all = await lines(join(folder, 'group'));
  return all.flatMap(([, , gid, members]) => (members?.split(',').includes(name) === true ? [Number(gid)] : []));
}

/** The line of a name, or of a number if no name matches. Lines without a number (NIS) are ignored. */
function entryOf(all: readonly (readonly string[])[], key: string, numberAt: number): readonly string[] | null {
  return all.find(([name]) => name === key) ?? all.find((line) => line[numberAt] === key) ?? null;
}

async function lines(file: string): Promise<readonly (readonly string[])[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return ''; // a container may have no accounts at all
    throw error;
  });
  return entriesIn(text);
}

function entriesIn(text: string): readonly (readonly string[])[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(':');
    return /^\d+$/.test(fields[2] ?? '') ? [fields] : [];
  });
}

async function entryFromSystem(database: 'passwd' | 'group', key: string): Promise<readonly string[] | null> {
  try {
    return (await output('getent', [database, key])).trim().split(':');
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
    if (code === NO_ENTRY || code === 'ENOENT') return null;
    throw error;
  }
}

function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: LOOKUP_MS, encoding: 'utf8' }, (error, stdout) => {
      if (error === null) resolve(stdout);
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- it is an Error, despite its type
      else reject(error);
    });
  });
}
