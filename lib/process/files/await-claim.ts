import { setTimeout as pause } from 'node:timers/promises';
import type { LaunchId } from '../../model/values/ids.ts';
import { isLiving, type Identity } from '../os/process-identity.ts';
import { hasRun, type ExitRecord } from '../../launching/exit-record.ts';
import { readExit, readMain } from './launch-files.ts';
import type { Layout } from './layout.ts';

const LOOK_MS = 10;
const TIME_LIMIT_MS = 10_000;

/**
 * The result of a claimed launch. `ended`: it ran, but its pid record cannot be used. `lost`: the shim died before it forked. `stuck`: it is alive but makes no progress
 * (for instance because it was stopped).
 */
export type Claimed =
  | { readonly type: 'main'; readonly main: Identity }
  | { readonly type: 'ended'; readonly record: ExitRecord }
  | { readonly type: 'refused'; readonly record: ExitRecord }
  | { readonly type: 'lost' }
  | { readonly type: 'stuck' };

function checkFiles(layout: Layout, launchId: LaunchId): Claimed | null {
  const record = readExit(layout, launchId);
  if (record !== null && record.execErrno !== 0) return { type: 'refused', record };
  const main = readMain(layout, launchId);
  if (main !== null) return { type: 'main', main };
  if (record === null) return null;
  // The shell shim writes no pid of a program that it could not start.
  return { type: hasRun(record) ? 'ended' : 'refused', record };
}

/** Follows a claimed launch by its files until its main process is known or the launch has failed; at most 10 s. */
export async function followClaimed(layout: Layout, launchId: LaunchId, shim: Identity): Promise<Claimed> {
  const until = performance.now() + TIME_LIMIT_MS;
  for (;;) {
    const isShimAlive = isLiving(shim); // before the files, to see everything that it wrote before its end
    const claimed = checkFiles(layout, launchId);
    if (claimed !== null) return claimed;
    if (!isShimAlive) return { type: 'lost' };
    if (performance.now() >= until) return { type: 'stuck' };
    await pause(LOOK_MS);
  }
}
