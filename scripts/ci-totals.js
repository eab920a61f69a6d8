/**
 * Prints `N passed, N failed[, N skipped]` for all mocha runs in the log file FILE, and exits with STATUS, the exit
 * code of the command that wrote it; with 1 if that was 0 although a test failed or none was run.
 * Usage: node scripts/ci-totals.js FILE STATUS
 */
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const [file, status] = process.argv.slice(2);
const log = stripVTControlCharacters(readFileSync(file, 'utf8'));

/** The sum over the summary lines of mocha's spec reporter, such as `  12 passing (3s)` and `  1 failing`. */
function sum(word) {
  const lines = log.matchAll(new RegExp(`^ +(\\d+) ${word}(?: \\(\\w+\\))?\\r?$`, 'gm'));
  return [...lines].reduce((total, [, count]) => total + Number(count), 0);
}

const passed = sum('passing');
const failed = sum('failing');
const skipped = sum('pending');
const isBroken = failed > 0 || passed + failed === 0;
process.exitCode = Number(status) || (isBroken ? 1 : 0);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
