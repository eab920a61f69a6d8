import { readFileSync, statSync } from 'node:fs';
import { TokenListError, tokensIn } from '../../model/token-list.ts';
import { givenOption } from '../serve/flags.ts';
import { existingFile, OptionError } from '../serve/option-values.ts';
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
    if (statSync(path).isFile()) return () => tokenIn(path, option.source);
    const once = tokenIn(path, option.source); // a pipe, such as a shell makes of <(…), gives its text once
    return () => once;
  }
  const token = env['COREDINATOR_TOKEN']?.trim() ?? '';
  return () => (token === '' ? null : firstToken(token, 'COREDINATOR_TOKEN'));
}

function tokenIn(path: string, source: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${source}: the token cannot be read from "${path}" (${reason}).`, { cause });
  }
  return firstToken(text, `${source}: "${path}"`);
}

function firstToken(text: string, where: string): string | null {
  try {
    return tokensIn(text)[0] ?? null;
  } catch (error) {
    if (!(error instanceof TokenListError)) throw error;
    throw new OptionError(`${where} ${error.message}`, { cause: error });
  }
}
