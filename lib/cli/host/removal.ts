import { EXIT } from '../../host/exit-codes.ts';
import { Progress } from '../output/progress.ts';
import { printResult, type HostContext } from './context.ts';

/** Waits for the answer to what makes a host forget `id`, which comes when nothing of it is left, and says so. */
export async function untilForgotten(context: HostContext, id: string, asked: Promise<unknown>): Promise<number> {
  const progress = new Progress(context.err);
  if (!context.isJson) progress.say(`${id}: stopping`);
  try {
    await asked;
  } finally {
    progress.clear();
  }
  printResult(context, null, () => `${id} is stopped and forgotten\n`);
  return EXIT.ok;
}
