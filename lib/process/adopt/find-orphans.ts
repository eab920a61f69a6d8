import { DEFAULT_STOP } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import { followClaimed } from '../files/await-claim.ts';
import { readClaim, readMain, readRequest, readShimClaim, revoke, type RequestRecord } from '../files/launch-files.ts';
import type { Layout } from '../files/layout.ts';
import { UnreadableRecord } from '../files/record-text.ts';
import { livingAmong, NO_PROCESS } from '../os/process-identity.ts';
import type { OrphanOrigin } from './held-orphan.ts';
import { eldest, type TaggedProcess } from './tagged-processes.ts';

/** What was found for a launch that the ledger does not know. */
export type Finding =
  | { readonly type: 'ended'; readonly launchId: LaunchId }
  /** Something is alive, but it is unknown which service it belongs to. */
  | { readonly type: 'nameless'; readonly launchId: LaunchId; readonly pid: number }
  /** `request` is null if its records do not prove its identity. */
  | {
      readonly type: 'orphan';
      readonly origin: OrphanOrigin;
      readonly pid: number;
      readonly request: RequestRecord | null;
    };

export interface SearchContext {
  readonly layout: Layout;
  readonly bootId: string | null;
}

/**
 * Searches for a launch with a folder; `family` are the live processes with its tag. An unclaimed launch is revoked: no
 * host would know of it if it started now. Waits for a shim that is about to fork.
 */
export async function searchFolder(
  launchId: LaunchId,
  family: readonly TaggedProcess[],
  context: SearchContext,
): Promise<Finding> {
  try {
    return await searchRecords(launchId, family, context);
  } catch (error) {
    if (error instanceof UnreadableRecord) return searchTags(launchId, family);
    throw error;
  }
}

async function searchRecords(
  launchId: LaunchId,
  family: readonly TaggedProcess[],
  { layout, bootId }: SearchContext,
): Promise<Finding> {
  if (readClaim(layout, launchId) === null) revoke(layout, launchId);
  const claim = readShimClaim(layout, launchId);
  const request = readRequest(layout, launchId);
  if (claim?.boot !== bootId) return searchTags(launchId, family, request?.stop);
  const { kind, shim, outputBuffer } = claim;
  if (livingAmong([shim]).size > 0) await followClaimed(layout, launchId, shim);
  const main = readMain(layout, launchId);
  const members = [...(main === null ? [] : [main]), shim, ...family];
  const alive = livingAmong(members);
  const pid = members.find((member) => alive.has(member.pid))?.pid;
  if (pid === undefined) return { type: 'ended', launchId };
  const who = nameOf(request) ?? nameOf(family[0]);
  if (who === null) return { type: 'nameless', launchId, pid };
  const origin = { launchId, ...who, kind, shim, main, members, stop: request?.stop ?? DEFAULT_STOP, outputBuffer };
  const isRunning = main?.pid === pid; // without its shim too: that costs guarantees, as it does while a host lives
  return { type: 'orphan', origin, pid, request: isRunning ? request : null };
}

/** Searches for a launch that is known only from the environment of its processes. */
export function searchTags(launchId: LaunchId, family: readonly TaggedProcess[], stop = DEFAULT_STOP): Finding {
  const main = eldest(family);
  if (main === null) return { type: 'ended', launchId };
  const { pid, start } = main;
  const who = nameOf(main);
  if (who === null) return { type: 'nameless', launchId, pid };
  const outside = {
    kind: 'sh',
    shim: NO_PROCESS,
    main: { pid, start },
    members: family,
    stop,
    outputBuffer: null,
  } as const;
  return { type: 'orphan', origin: { launchId, ...who, ...outside }, pid, request: null };
}

type Names = { readonly serviceId: ServiceId | null; readonly generation: number | null } | null | undefined;

function nameOf(names: Names): { readonly serviceId: ServiceId; readonly generation: number } | null {
  const serviceId = names?.serviceId ?? null;
  const generation = names?.generation ?? null;
  return serviceId === null || generation === null ? null : { serviceId, generation };
}
