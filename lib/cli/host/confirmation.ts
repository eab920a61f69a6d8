import { OptionError } from '../serve/option-values.ts';
import type { HostContext } from './context.ts';

/**
 * Asks a question on the terminal; only `y` or `yes` confirms. Throws OptionError if there is nobody to ask, and rejects
 * if the program is interrupted.
 */
export async function isConfirmed(
  { keys, err, isJson, interrupted }: Pick<HostContext, 'keys' | 'err' | 'isJson' | 'interrupted'>,
  question: string,
): Promise<boolean> {
  if (keys.isTTY !== true || err.isTTY !== true || isJson) {
    throw new OptionError(`${question} Nobody can be asked here. Add --yes to confirm it.`);
  }
  err.write(`${question} [y/N] `);
  const answer = await new Promise<string>((resolve, reject) => {
    let typed = '';
    const leave = (): void => {
      keys.off('data', onData);
      keys.off('end', onEnd);
      interrupted.removeEventListener('abort', onAbort);
      keys.pause();
    };
    const onEnd = (): void => {
      leave();
      resolve(typed);
    };
    const onData = (text: string): void => {
      typed += text;
      if (/[\r\n]/.test(typed)) onEnd();
    };
    const onAbort = (): void => {
      leave();
      reject(new Error('interrupted'));
    };
    interrupted.addEventListener('abort', onAbort);
    keys.setEncoding('utf8');
    keys.on('data', onData);
    keys.on('end', onEnd);
    keys.resume();
  });
  return /^y(es)?$/i.test(answer.trim());
}
