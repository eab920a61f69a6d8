import { parseEnv } from 'node:util';
import { readBounded, type FileRead } from '../bounded-file.ts';
import { resolvedInside } from '../config-root.ts';
import { envName } from '../schema/shared-schemas.ts';

/** The environment of a process cannot be larger on most systems. */
const MAX_BYTES = 128 * 1024;

/** `wrong`: a message that continues "env_file " and quotes no value. */
export type EnvFile =
  | { readonly type: 'parsed'; readonly env: Readonly<Record<string, string>> }
  | { readonly type: 'wrong'; readonly message: string };

/**
 * Reads a file of `NAME=value` lines, in the format of Node's `--env-file`, which must be inside `root` unless that is
 * null. Never throws.
 */
export async function readEnvFile(path: string, root: string | null): Promise<EnvFile> {
  const result = await read(path, root);
  if (result === null) return wrong(`names "${path}", which is not inside "${root ?? ''}", as this host requires`);
  switch (result.type) {
    case 'read':
      return parsed(path, result.bytes);
    case 'not_a_file':
      return wrong(`names "${path}", which is not a file`);
    case 'too_large':
      return wrong(`names "${path}", which is larger than 128 KiB`);
    case 'failed':
      return wrong(`names "${path}", which cannot be read (${result.code})`);
  }
}

async function read(path: string, root: string | null): Promise<FileRead | null> {
  if (root === null) return readBounded(path, MAX_BYTES);
  const resolved = await resolvedInside(path, root);
  return resolved === null ? null : readBounded(resolved, MAX_BYTES, { isResolved: true });
}

function parsed(path: string, bytes: Uint8Array): EnvFile {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return wrong(`names "${path}", which is not UTF-8 text`);
  }
  if (text.includes('\0')) return wrong(`names "${path}", which contains a NUL character`);
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) {
    const checked = envName.safeParse(name);
    if (!checked.success) {
      return wrong(`names "${path}", whose variable "${name}" ${checked.error.issues[0]?.message ?? 'is invalid'}`);
    }
    if (value !== undefined) env[name] = value;
  }
  return { type: 'parsed', env };
}

function wrong(message: string): EnvFile {
  return { type: 'wrong', message };
}
