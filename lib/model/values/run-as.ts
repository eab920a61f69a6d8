/** Who a service runs as, by name or number; null: the same as the host. */
export interface RunAs {
  /** Its home, shell and groups come with it. */
  readonly user: string | null;
  /** Null: the primary group of the user. */
  readonly group: string | null;
}

/** The default, also for services stored before there were users. */
export const AS_HOST: RunAs = { user: null, group: null };

/** Whether a service runs as the host does, without a lookup. */
export function isAsHost({ user, group }: RunAs): boolean {
  return user === null && group === null;
}

/** As messages name it: `user "svc" and group "plant"`. */
export function runAsLabel({ user, group }: RunAs): string {
  const names = [...(user === null ? [] : [`user "${user}"`]), ...(group === null ? [] : [`group "${group}"`])];
  return names.length === 0 ? 'the user of the host' : names.join(' and ');
}

/** The user that a program is given, as the system knows it. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** All groups, the primary one first. */
  readonly groups: readonly number[];
  /** Null: a number without an account. */
  readonly login: { readonly name: string; readonly home: string; readonly shell: string } | null;
  /** The host runs as this user and group itself, so nothing is changed. */
  readonly isOwn: boolean;
}

/** `refused`: the reason is a clause; the code `ENOUSER`, `ENOGROUP`, `EPERM`, or an error of the lookup. */
export type AccountChoice =
  | { readonly type: 'found'; readonly account: Account }
  | { readonly type: 'refused'; readonly code: string; readonly reason: string };
