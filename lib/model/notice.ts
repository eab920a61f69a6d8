import type { Instant } from './values/time.ts';

/**
 * What happened to the state of a host that an operator has to know.
 *
 * - `store_lost`: the database of a used state directory was gone or unreadable.
 * - `store_outdated`: the database was older than other records of the host.
 * - `store_recovered`: the database was corrupt and was rebuilt from what could be read.
 * - `state_copied`: the state directory is a copy of another instance's, or was restored from a backup.
 */
export type NoticeCode = 'store_lost' | 'store_outdated' | 'store_recovered' | 'state_copied';

/** A fact that degrades the health of a host, and of later hosts, until somebody acknowledges it. */
export interface Notice {
  readonly code: NoticeCode;
  readonly at: Instant;
  /** A sentence. */
  readonly message: string;
}
