import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The problem of the numbered lines of an ended launch, null if they are complete. `counted` is how many it has
 * certainly written; it may have written one more.
 */
export function logProblem(stateDir, { service, generation, launch }, counted) {
  const file = join(stateDir, 'logs', service, `${generation}.stdout`);
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return `${file} cannot be read (${error.code})`;
  }
  // What follows the last newline is the beginning of a line that the disk had no room for.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').filter((line) => line.startsWith(`${launch} `));
  const wrong = lines.findIndex((line, index) => line !== `${launch} ${index}`);
  if (wrong >= 0) return `line ${wrong} of ${file} reads "${lines[wrong]}"`;
  const isWhole = lines.length === counted || lines.length === counted + 1;
  return isWhole ? null : `${file} has ${lines.length} lines, ${counted} were written`;
}
