import { readFileSync } from 'node:fs';
import { givenOption } from '../given-option.ts';
import { existingFile, OptionError } from '../option-paths.ts';
import type { HostWords } from './host-options.ts';

/** A token is asked for at each request; null: there is none to send. */
export type TokenSource = () => string | null;

/**
 * Where the token comes from: a file is read at each request, so that a rotated token is the next one sent, and of several lines the
 * first token counts, as hosts take any. Throws OptionError; so does the source, when the file cannot be used.
 */
export function tokenSource(words: HostWords, env: NodeJS.ProcessEnv): TokenSource {
  const option = givenOption(words.tokenFile, '--token-file', env);
  if (option !== undefined) {
    const path = existingFile(option);
    return () => tokenIn(path, option.source);
  }
  const token = env['COREDINATOR_TOKEN']?.trim() ?? '';
  return () => (token === '' ? null : sendable(token, 'COREDINATOR_TOKEN'));
}

function tokenIn(path: string, source: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${source}: the token cannot be read from "${path}" (${reason}).`, { cause });
  }
  const lines = text.replace(/^\u{feff}/u, '').split(/\r\n|\r|\n/);
  const token = lines.map((line) => line.trim()).find((line) => line !== '' && !line.startsWith('#'));
  if (token === undefined) throw new OptionError(`${source}: "${path}" holds no token.`);
  return sendable(token, `${source}: "${path}"`);
}

function sendable(token: string, where: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new OptionError(`${where} holds a token that no header can carry; give printable ASCII without spaces.`);
}
