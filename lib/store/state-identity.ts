import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Original } from '../model/original.ts';
import { isoOf, type Instant } from '../model/values/time.ts';
import { identityOf, isSameFile, type FileIdentity } from './file-identity.ts';

const INSTANCE_ID = /^[0-9a-f-]{36}$/;

const fileSchema = z.object({
  device: z.string().transform(BigInt),
  inode: z.string().transform(BigInt),
  birthtime_ns: z.string().transform(BigInt),
  changed_ns: z.string().transform(BigInt),
});

const originalSchema = z.object({
  instance_id: z.string().regex(INSTANCE_ID),
  state_dir: z.string(),
  /** When this directory was found to be a copy. */
  found_at: z.string(),
  /** When its backup was made; null: it was copied, not restored. */
  backed_up_at: z.string().nullable(),
});

const identitySchema = z.object({
  instance_id: z.string().regex(INSTANCE_ID),
  state_dir: z.string(),
  boot_id: z.string(),
  directory: fileSchema,
  /** The identity file itself: a file system that renumbers directories at each mount keeps the numbers of files. */
  file: fileSchema,
  original: originalSchema.nullable(),
  backed_up_at: z.string().nullable(),
});

type Recorded = z.infer<typeof identitySchema>;

/** The instance that a state directory belongs to. */
export interface StateIdentity {
  readonly instanceId: string;
  /**
   * `new`: no host has used it yet. `same`: the same directory as before, perhaps moved. `copy`: it was just found to
   * be copied or restored, and got a new instance id.
   */
  readonly relation: 'new' | 'same' | 'copy';
  /** Set if it is known to come from another instance. */
  readonly original: Original | null;
}

/** The identity that was found, and a way to record it. */
export interface FoundIdentity extends StateIdentity {
  /** Records the identity in the directory. Call it only once a host may use the directory. */
  readonly record: () => Promise<void>;
}

export interface IdentityContext {
  readonly bootId: string;
  readonly now: Instant;
  /** The state directories that live processes of an instance were launched from. Default: nobody knows. */
  readonly homesOf?: (instanceId: string) => readonly string[];
}

/**
 * Compares a state directory with the identity recorded in it. A copy has other inode numbers, a moved directory keeps
 * them. The caller holds the host lock. Rejects if the directory cannot be read.
 */
export async function identifyStateDir(stateDir: string, context: IdentityContext): Promise<FoundIdentity> {
  const recorded = await readIdentity(stateDir);
  const present = await lookAt(stateDir);
  const found = (identity: StateIdentity): FoundIdentity => ({
    ...identity,
    record: () => record(stateDir, present, identity, context),
  });
  if (recorded === null) {
    const known = await readInstanceId(stateDir); // of a host of 0.1.0, which recorded no more
    const home = known === null ? null : await otherHome(known, present, context);
    if (known !== null && home !== null) {
      const original = { instanceId: known, stateDir: home, backedUpAt: null };
      return found({ instanceId: randomUUID(), relation: 'copy', original });
    }
    const instanceId = known ?? randomUUID();
    return found({ instanceId, relation: known === null ? 'new' : 'same', original: null });
  }
  const isSame = isSameDirectory(recorded, present, await identityOf(fileIn(stateDir)), context.bootId);
  const original = isSame && recorded.backed_up_at === null ? originalIn(recorded) : copiedFrom(recorded);
  const relation = isSame && recorded.backed_up_at === null ? 'same' : 'copy';
  const instanceId = relation === 'same' ? recorded.instance_id : randomUUID();
  return found({ instanceId, relation, original });
}

/**
 * The other directory of an instance whose processes are alive; null: there is none. It is the only evidence that a
 * directory which only 0.1.0 has used is a copy: processes of a moved one write into it.
 */
async function otherHome(
  instanceId: string,
  present: FileIdentity,
  { homesOf }: IdentityContext,
): Promise<string | null> {
  for (const home of homesOf?.(instanceId) ?? []) {
    if (instanceAt(home) !== instanceId) continue;
    const { inode, device } = await lookAt(home);
    if (inode !== present.inode || device !== present.device) return home;
  }
  return null;
}

/** The instance that a directory belongs to; null: it is not a state directory, or is unreadable. */
export function instanceAt(stateDir: string): string | null {
  for (const name of ['identity.json', 'instance-id']) {
    try {
      const text = readFileSync(join(stateDir, name), 'utf8').trim();
      const instanceId = name === 'instance-id' ? text : identitySchema.parse(JSON.parse(text)).instance_id;
      if (INSTANCE_ID.test(instanceId)) return instanceId;
    } catch {
      // Missing or unreadable; the other file may be readable.
    }
  }
  return null;
}

function fileIn(stateDir: string): string {
  return join(stateDir, 'identity.json');
}

async function readIdentity(stateDir: string): Promise<Recorded | null> {
  const text = await readFile(fileIn(stateDir), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return identitySchema.parse(JSON.parse(text));
  } catch {
    return null; // damaged; the instance id is also in its own file
  }
}

async function readInstanceId(stateDir: string): Promise<string | null> {
  const text = await readFile(join(stateDir, 'instance-id'), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  return INSTANCE_ID.test(text.trim()) ? text.trim() : null;
}

async function lookAt(path: string): Promise<FileIdentity> {
  const found = await identityOf(path);
  if ('fault' in found) throw new Error(`The state directory "${path}" ${found.fault}.`);
  return found;
}

function isSameDirectory(
  recorded: Recorded,
  directory: FileIdentity,
  file: FileIdentity | { readonly fault: string },
  bootId: string,
): boolean {
  // Device numbers are assigned again at each boot.
  const isSameBoot = bootId !== '' && recorded.boot_id === bootId;
  const isSame = (known: Recorded['directory'], now: FileIdentity): boolean => {
    const before = {
      inode: known.inode,
      birthtime: known.birthtime_ns,
      changedAt: known.changed_ns,
      size: 0,
      links: 1,
    };
    return isSameFile({ ...before, device: isSameBoot ? known.device : now.device }, now);
  };
  if (isSame(recorded.directory, directory)) return true;
  return !('fault' in file) && file.links === 1 && isSame(recorded.file, file);
}

function originalIn({ original }: Recorded): Original | null {
  if (original === null) return null;
  const { instance_id: instanceId, state_dir: stateDir, backed_up_at: backedUpAt } = original;
  return { instanceId, stateDir, backedUpAt };
}

function copiedFrom({ instance_id: instanceId, state_dir: stateDir, backed_up_at: backedUpAt }: Recorded): Original {
  return { instanceId, stateDir, backedUpAt };
}

async function record(
  stateDir: string,
  directory: FileIdentity,
  { instanceId, original }: Pick<StateIdentity, 'instanceId' | 'original'>,
  { bootId, now }: IdentityContext,
): Promise<void> {
  const draft = `${fileIn(stateDir)}.new`;
  // Created before its content, which includes its own inode number.
  const handle = await open(draft, 'w', 0o600);
  try {
    const { dev, ino, birthtimeNs, ctimeNs } = await handle.stat({ bigint: true });
    const file = { device: dev, inode: ino, birthtime: birthtimeNs, changedAt: ctimeNs };
    const fields = {
      instance_id: instanceId,
      state_dir: stateDir,
      boot_id: bootId,
      directory: fieldsOf(directory),
      file: fieldsOf(file),
      original:
        original === null
          ? null
          : {
              instance_id: original.instanceId,
              state_dir: original.stateDir,
              found_at: isoOf(now),
              backed_up_at: original.backedUpAt,
            },
      backed_up_at: null,
    };
    await handle.writeFile(`${JSON.stringify(fields, null, 2)}\n`);
  } finally {
    await handle.close();
  }
  await rename(draft, fileIn(stateDir));
  const plain = join(stateDir, 'instance-id');
  await writeFile(`${plain}.new`, `${instanceId}\n`, { mode: 0o600 });
  await rename(`${plain}.new`, plain);
}

function fieldsOf(file: Pick<FileIdentity, 'device' | 'inode' | 'birthtime' | 'changedAt'>): Record<string, string> {
  return {
    device: String(file.device),
    inode: String(file.inode),
    birthtime_ns: String(file.birthtime),
    changed_ns: String(file.changedAt),
  };
}

/** The identity file of a backup: a directory restored from it knows that it is not the original. */
export async function backedUpIdentity(stateDir: string, at: Instant): Promise<string | null> {
  const text = await readFile(fileIn(stateDir), 'utf8').catch(() => null);
  if (text === null) return null;
  const fields = JSON.parse(text) as Record<string, unknown>; // written by `record`, and checked when it is read
  return `${JSON.stringify({ ...fields, backed_up_at: isoOf(at) }, null, 2)}\n`;
}
