import { statSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import type { TokenOrigin, TokenOrigins } from '../../http/access/tokens.ts';
import { TokenListError, tokensIn, type NamedToken } from '../../model/values/token-list.ts';
import type { RawOption, RawOptions } from './flags.ts';
import { OptionError, tokenText } from './option-values.ts';

/** An origin with its current tokens. */
interface Found {
  readonly origin: TokenOrigin;
  readonly tokens: readonly NamedToken[];
}

function checkedTokens(text: string, where: string): readonly NamedToken[] {
  try {
    return tokensIn(text);
  } catch (error) {
    if (!(error instanceof TokenListError)) throw error;
    throw new OptionError(`${where} ${error.message}`, { cause: error });
  }
}

/** Something other than a regular file, such as the pipe of a process substitution, can be read only once. */
function tokensOfFile({ values: [file], source }: RawOption): Found {
  const path = resolve(file);
  const text = tokenText(path, source);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const tokens = checkedTokens(text, `${source}: "${path}"`);
  return { tokens, origin: isFile ? { type: 'file', source, path } : { type: 'value', tokens } };
}

function fullTokens(file: RawOption | undefined, env: NodeJS.ProcessEnv): Found | null {
  if (file !== undefined) return tokensOfFile(file);
  const text = env['COREDINATOR_TOKEN'] ?? '';
  if (text === '') return null;
  const tokens = checkedTokens(text, 'COREDINATOR_TOKEN');
  return { tokens, origin: { type: 'value', tokens } };
}

function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * The origins of the API tokens. `host` is null for a Unix socket, which is protected by its file mode. Throws
 * OptionError for unusable tokens, and for an address that other machines can reach without a token.
 */
export function readAccess(raw: RawOptions, host: string | null, env: NodeJS.ProcessEnv): TokenOrigins {
  const full = fullTokens(raw.tokenFile, env);
  const readOnly = raw.readTokenFile === undefined ? null : tokensOfFile(raw.readTokenFile);
  if (full?.tokens.some(({ token }) => readOnly?.tokens.some((other) => other.token === token)) === true) {
    throw new OptionError(
      '--read-token-file: one of the read-only tokens is also a full-access token; use two different tokens.',
    );
  }
  if (full === null && host !== null && !isLoopback(host)) {
    throw new OptionError(
      `${raw.host?.source ?? '--host'}: "${host}" can be reached from other machines, and without a token anyone could control the services; use --token-file.`,
    );
  }
  return { full: full?.origin ?? null, readOnly: readOnly?.origin ?? null };
}
