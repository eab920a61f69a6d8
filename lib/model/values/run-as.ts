/** The user and group of a service, by name or number; null: those of the host. */
export interface RunAs {
  /** Also determines home, shell and groups. */
  readonly user: string | null;
  /** Null: the primary group of the user. */
  readonly group: string | null;
}

/** The default, also for services stored before there were users. */
export const AS_HOST: RunAs = { user: null, group: null };

/** Whether a service runs as the user of the host, so that no lookup is needed. */
export function isAsHost({ user, group }: RunAs): boolean {
  return user === null && group === null;
}

/** For messages: `user "svc" and group "plant"`. */
export function runAsLabel({ user, group }: RunAs): string {
  const names = [...(user === null ? [] : [`user "${user}"`]), ...(group === null ? [] : [`group "${group}"`])];
  return names.length === 0 ? 'the user of the host' : names.join(' and ');
}

/** The user and groups of a program, by number. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** All groups, the primary one first. */
  readonly groups: readonly number[];
  /** Null: a number without an account. */
  readonly login: { readonly name: string; readonly home: string; readonly shell: string } | null;
  /** The host itself runs as this user and group, so nothing has to change. */
  readonly isOwn: boolean;
}

/** `refused`: the reason is a clause; the code `ENOUSER`, `ENOGROUP`, `EPERM`, or an error of the lookup. */
export type AccountChoice =
  | { readonly type: 'found'; readonly account: Account }
  | { readonly type: 'refused'; readonly code: string; readonly reason: string };
