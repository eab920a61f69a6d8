import { linkSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalShimKind } from '../../model/process.ts';
import { DEFAULT_LOGS, type NodeSignal, type StopSpec } from '../../model/spec.ts';
import { isId, parseServiceId, type LaunchId, type ServiceId } from '../../model/values/ids.ts';
import { exitIn, isCount, parseFields, type ExitRecord } from '../../launching/exit-record.ts';
import { codeOf } from '../os/error-code.ts';
import type { Identity } from '../os/process-identity.ts';
import { exitFile, runFolder, type Layout } from './layout.ts';
import { isAbsent, recordText, UnreadableRecord } from './record-text.ts';

/** The newest version of the launch protocol that this host knows; it also knows all earlier ones. */
export const LAUNCH_PROTOCOL = 2;

/** The claim of the shim that runs a launch. */
export interface ShimClaim {
  readonly owner: 'shim';
  readonly kind: LocalShimKind;
  readonly shim: Identity;
  readonly boot: string;
  /** The size of the pipes for the output, in bytes; null: unknown (an earlier shim), or there are none. */
  readonly outputBuffer: number | null;
}

/** What a shim says of itself, in its claim and in its report. */
export type ShimIdentity = Pick<ShimClaim, 'shim' | 'outputBuffer'>;

/** The owner of a launch: its shim, or none, because a host revoked it first. */
export type Claim = ShimClaim | { readonly owner: 'revoked' };

/** What a host needs to know about a launch by an earlier host. */
export interface RequestRecord {
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly stop: StopSpec;
  /** The bound of its log, in bytes. */
  readonly maxLogBytes: number;
  readonly executablePath: string;
  readonly version: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The object in a JSON file; null if the file is absent or does not (yet) contain an object. Throws like recordText.
 */
function readFields(file: string): Fields | null {
  const text = recordText(file);
  return text === null ? null : parseFields(text);
}

/** The identity in the fields of a record; null if there is none. */
export function identityOf(fields: Fields): Identity | null {
  const { pid, start } = fields;
  return isCount(pid) && pid > 0 && typeof start === 'string' ? { pid, start } : null;
}

/**
 * The claim of a launch; null if it is absent or unreadable. Throws an UnreadableRecord if it is of a newer version of
 * the launch protocol.
 */
export function readClaim(layout: Layout, launchId: LaunchId): Claim | null {
  const file = join(runFolder(layout, launchId), 'claim');
  const fields = readFields(file);
  if (fields === null) return null;
  if (Number(fields['protocol']) > LAUNCH_PROTOCOL) throw new UnreadableRecord('EPROTONOSUPPORT', file);
  if (fields['owner'] === 'revoked') return { owner: 'revoked' };
  const shim = identityOf(fields);
  const { shim: kind, boot } = fields;
  if (fields['owner'] !== 'shim' || shim === null || typeof boot !== 'string') return null;
  if (kind !== 'native' && kind !== 'sh' && kind !== 'node') return null;
  return { owner: 'shim', kind, shim, boot, outputBuffer: outputBufferOf(fields) };
}

function outputBufferOf({ output_buffer: buffer }: Fields): number | null {
  return isCount(buffer) && buffer > 0 ? buffer : null;
}

/** The shim in the fields of a report; null if it does not name itself, as those of earlier versions do not. */
export function reportedShim(fields: Fields): ShimIdentity | null {
  const shim = identityOf({ pid: fields['shim'], start: fields['shim_start'] });
  return shim === null ? null : { shim, outputBuffer: outputBufferOf(fields) };
}

/** The claim of a launch that belongs to a shim; null if it does not, or is unreadable. */
export function readShimClaim(layout: Layout, launchId: LaunchId): ShimClaim | null {
  const claim = readClaim(layout, launchId);
  return claim?.owner === 'shim' ? claim : null;
}

/** The identity of the main process of a launch; null before the fork. */
export function readMain(layout: Layout, launchId: LaunchId): Identity | null {
  const fields = readFields(join(runFolder(layout, launchId), 'pid'));
  return fields === null ? null : identityOf(fields);
}

/** The exit record of a launch; null before the end. */
export function readExit(layout: Layout, launchId: LaunchId): ExitRecord | null {
  const file = exitFile(layout, launchId);
  return isAbsent(file) ? null : exitIn(readFields(file));
}

/** Writes what a later host needs to know about a launch; its folder must exist. */
export function writeRequest(layout: Layout, launchId: LaunchId, request: RequestRecord): void {
  const { serviceId, generation, stop, maxLogBytes, executablePath: executable, version } = request;
  const what = { service: serviceId, generation, executable, version };
  const fields = { launch: launchId, ...what, signal: stop.signal, grace: stop.graceMs, max_bytes: maxLogBytes };
  writeFileSync(join(runFolder(layout, launchId), 'request'), `${JSON.stringify(fields)}\n`, { mode: 0o600 });
}

/** What is known about a launch by an earlier host; null if its request is unreadable. */
export function readRequest(layout: Layout, launchId: LaunchId): RequestRecord | null {
  const fields = readFields(join(runFolder(layout, launchId), 'request'));
  if (fields === null) return null;
  const { service, generation, executable, version, signal, grace, max_bytes: maxBytes } = fields;
  if (
    typeof service !== 'string' ||
    !isId(service) ||
    typeof signal !== 'string' ||
    !isCount(generation) ||
    !isCount(grace)
  )
    return null;
  if (!signal.startsWith('SIG')) return null;
  const stop: StopSpec = { signal: signal as NodeSignal, graceMs: grace }; // the prefix was just checked
  const program = {
    executablePath: typeof executable === 'string' ? executable : '',
    version: typeof version === 'string' ? version : null,
  };
  const maxLogBytes = isCount(maxBytes) ? maxBytes : DEFAULT_LOGS.maxBytes; // absent: of launch protocol 1
  return { serviceId: parseServiceId(service), generation, stop, maxLogBytes, ...program };
}

/**
 * Ensures that a launch never happens. False if its shim was first: then the launch does happen. An absent folder
 * counts as revoked, because no shim can claim in it.
 */
export function revoke(layout: Layout, launchId: LaunchId): boolean {
  const folder = runFolder(layout, launchId);
  const draft = join(folder, `.revoked.${process.pid}`);
  try {
    const text = `${JSON.stringify({ protocol: LAUNCH_PROTOCOL, launch: launchId, owner: 'revoked' })}\n`;
    writeFileSync(draft, text, { mode: 0o600 });
    linkSync(draft, join(folder, 'claim'));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes all files of a launch; only once none of its processes is alive and its end is in the ledger. */
export function removeRecords(layout: Layout, launchId: LaunchId): void {
  removeFolder(hideRecords(layout, launchId));
}

/** The first step of that: returns the folder that is left to remove, which no host takes for a launch. */
export function hideRecords(layout: Layout, launchId: LaunchId): string {
  rmSync(exitFile(layout, launchId), { force: true });
  const hidden = join(layout.run, `.${launchId}`);
  try {
    // Hidden in one step, so that a host that is killed now leaves no partial launch behind.
    renameSync(runFolder(layout, launchId), hidden);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  return hidden;
}

/** In the folder of a launch: what the reader of its output has read and not yet written. Locked by that reader. */
export const READER = 'reader';

/**
 * The second step, for a host that must not wait: the pages of the reader's memory are given back to the file system,
 * which takes milliseconds on ext4. All other files are small: to remove one takes less than to have it removed.
 */
export async function removeFolderLater(folder: string): Promise<void> {
  try {
    await unlink(join(folder, READER)).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    removeFolder(folder);
  } catch {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A third of the calls of `rmSync`, which expects folders in it. */
export function removeFolder(folder: string): void {
  try {
    for (const name of readdirSync(folder)) unlinkSync(join(folder, name));
    rmdirSync(folder);
  } catch {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The names of the launches with a folder; finishes the removals of a killed host. */
export function listRuns(layout: Layout): readonly string[] {
  const names = readdirSync(layout.run);
  for (const name of names) if (name.startsWith('.')) removeHidden(join(layout.run, name));
  return names.filter((name) => !name.startsWith('.'));
}

function removeHidden(folder: string): void {
  try {
    removeFolder(folder);
  } catch {
    // Not ours to remove now, which is no reason not to start. The next host tries again.
  }
}
