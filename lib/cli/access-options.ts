import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import type { Access } from '../http/access.ts';
import { OptionError } from './option-paths.ts';
import type { RawOption, RawOptions } from './raw-options.ts';

const TOKEN_MIN = 16;
/** What an Authorization header can carry as one word. */
const TOKEN = /^[\x21-\x7e]+$/;

function checkedToken(text: string, where: string): string {
  const token = text.trim();
  if (token === '') throw new OptionError(`${where} holds no token; give at least ${TOKEN_MIN} characters.`);
  if (token.length < TOKEN_MIN) {
    throw new OptionError(`${where} holds a token that is too short; give at least ${TOKEN_MIN} characters.`);
  }
  if (!TOKEN.test(token)) {
    throw new OptionError(
      `${where} holds a token that no header can carry; give printable ASCII without spaces, on one line.`,
    );
  }
  return token;
}

function tokenIn({ values: [file], source }: RawOption): string {
  const path = resolve(file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${source}: the token cannot be read from "${path}" (${reason}).`, { cause });
  }
  return checkedToken(text, `${source}: "${path}"`);
}

function fullToken(file: RawOption | undefined, env: NodeJS.ProcessEnv): string | null {
  if (file !== undefined) return tokenIn(file);
  const text = env['COREDINATOR_TOKEN'] ?? '';
  return text === '' ? null : checkedToken(text, 'COREDINATOR_TOKEN');
}

function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** The tokens of the API. Throws OptionError for a bad token, and for an address that others reach without one. */
export function readAccess(raw: RawOptions, host: string, env: NodeJS.ProcessEnv): Access {
  const full = fullToken(raw.tokenFile, env);
  const readOnly = raw.readTokenFile === undefined ? null : tokenIn(raw.readTokenFile);
  if (full !== null && full === readOnly) {
    throw new OptionError('--read-token-file: the read-only token is the full token too; give two different ones.');
  }
  if (full === null && !isLoopback(host)) {
    throw new OptionError(
      `${raw.host?.source ?? '--host'}: "${host}" can be reached from other machines; give --token-file, so that not everybody commands the services.`,
    );
  }
  return { full, readOnly };
}
