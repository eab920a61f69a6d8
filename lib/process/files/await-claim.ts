import { setTimeout as pause } from 'node:timers/promises';
import type { LaunchId } from '../../model/values/ids.ts';
import { isLiving, type Identity } from '../os/process-identity.ts';
import { readExit, readMain, type ExitRecord } from './launch-files.ts';
import type { Layout } from './layout.ts';

const LOOK_MS = 10;
const PATIENCE_MS = 10_000;

/**
 * What became of a launch that a shim has claimed. `lost`: the shim died before it forked. `stuck`: it lives and does not go
 * on (somebody stopped it).
 */
export type Claimed =
  | { readonly type: 'main'; readonly main: Identity }
  | { readonly type: 'refused'; readonly record: ExitRecord }
  | { readonly type: 'lost' }
  | { readonly type: 'stuck' };

function look(layout: Layout, launchId: LaunchId): Claimed | null {
  const record = readExit(layout, launchId);
  if (record !== null && record.execErrno !== 0) return { type: 'refused', record };
  const main = readMain(layout, launchId);
  if (main !== null) return { type: 'main', main };
  // The shell shim writes no pid of a program that it could not begin.
  return record === null ? null : { type: 'refused', record };
}

/** Follows a claimed launch by its files until its main process is known or it has come to nothing; at most 10 s. */
export async function followClaimed(layout: Layout, launchId: LaunchId, shim: Identity): Promise<Claimed> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const isShimAlive = isLiving(shim); // before the files: what it wrote before its end is seen
    const claimed = look(layout, launchId);
    if (claimed !== null) return claimed;
    if (!isShimAlive) return { type: 'lost' };
    if (performance.now() >= until) return { type: 'stuck' };
    await pause(LOOK_MS);
  }
}
