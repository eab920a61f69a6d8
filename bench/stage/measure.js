import { createFigures } from '../report/figures.js';
import { openRun } from './stage.js';

/** The groups of rows with these ids; all without any. */
export function selectRows(all, text) {
  if (text === undefined) return all;
  const ids = text.split(',');
  const unknown = ids.filter((id) => !all.some((row) => row.id === id));
  if (unknown.length > 0)
    throw new Error(`There are no rows ${unknown.join(', ')}; there are ${all.map(({ id }) => id).join(', ')}.`);
  return all.filter(({ id }) => ids.includes(id));
}

/** Whole numbers of at least 1, separated by commas. */
export function numbersOf(text, option) {
  const numbers = text.split(',').map(Number);
  if (!numbers.every((number) => Number.isInteger(number) && number > 0))
    throw new Error(`--${option} needs whole numbers of at least 1, separated by commas; it is "${text}".`);
  return numbers;
}

/** A line on stderr that is overwritten on a terminal. */
export function progress(text) {
  const time = new Date().toISOString().slice(11, 19);
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${time} ${text}` : `${time} ${text}\n`);
}

/**
 * Calls `use` with a run in a new folder below `base`. Its processes are ended and the folder is removed however it ends,
 * also by Ctrl-C.
 */
export async function withRun(base, use) {
  const run = openRun(base);
  const interrupted = (signal) => {
    progress(`${signal}: cleaning up\n`);
    run.close().then(
      () => process.exit(130),
      (error) => {
        console.error(error.message);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await use(run);
  } finally {
    await run.close();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

/** What the rows need for a measurement; `round` is the number of the first one. */
export function contextOf(run, { peers, rounds, counts, hasLimits, round = 0, figures = createFigures() }) {
  return { run, peers, rounds, counts, hasLimits, round, figures, progress, loadSeconds: 3 };
}
