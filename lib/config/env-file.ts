import { parseEnv } from 'node:util';
import { readBounded } from './bounded-file.ts';
import { envName } from './schema-words.ts';

/** More does not fit into the environment of a process on most systems. */
const MAX_BYTES = 128 * 1024;

/** `wrong`: a message that continues "env_file "; it quotes no value. */
export type EnvFile =
  | { readonly type: 'parsed'; readonly env: Readonly<Record<string, string>> }
  | { readonly type: 'wrong'; readonly message: string };

/** Reads a file of `NAME=value` lines, in the form of Node's own `--env-file`. Never throws. */
export async function readEnvFile(path: string): Promise<EnvFile> {
  const result = await readBounded(path, MAX_BYTES);
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

function parsed(path: string, bytes: Uint8Array): EnvFile {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return wrong(`names "${path}", which is not UTF-8 text`);
  }
  if (text.includes('\0')) return wrong(`names "${path}", which has a NUL character`);
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) {
    const checked = envName.safeParse(name);
    if (!checked.success) {
      return wrong(`names "${path}", whose variable "${name}" ${checked.error.issues[0]?.message ?? 'is wrong'}`);
    }
    if (value !== undefined) env[name] = value;
  }
  return { type: 'parsed', env };
}

function wrong(message: string): EnvFile {
  return { type: 'wrong', message };
}
