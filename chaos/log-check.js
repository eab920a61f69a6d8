import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A record of a log (docs/logs.md). */
const RECORD = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (stdout|stderr) ([FP]) /;

/** Whether the output of a launch is still being read, by its shim or by a reader in its place (docs/launch-protocol.md). */
export function isBeingRead(stateDir, { launch }) {
  const inode = statSync(join(stateDir, 'run', launch, 'reader'), { throwIfNoEntry: false })?.ino;
  return inode !== undefined && new RegExp(`FLOCK .*:${inode} `).test(readFileSync('/proc/locks', 'utf8'));
}

/**
 * The problem of the numbered lines of an ended launch, null if they are complete. `counted` is how many it has
 * certainly written; it may have written one more. `mayLackEnd`: what was in its pipe may be lost.
 */
export function logProblem(stateDir, { service, generation, launch }, { counted, mayLackEnd }) {
  const folder = join(stateDir, 'logs', service);
  const log = `the log of launch ${generation} in ${folder}`;
  const expected = Array.from({ length: counted + 1 }, (_, index) => `${launch} ${index}\n`).join('');
  const certain = expected.length - `${launch} ${counted}\n`.length;
  try {
    const end = endOf(expected, piecesOf(folder, generation));
    if (end >= certain || mayLackEnd) return null;
    return `${log} ends after ${end} of ${certain} bytes that were written`;
  } catch (error) {
    return `${log}: ${error.message}`;
  }
}

/** How much of the expected output is there. Throws if something else is. */
function endOf(expected, pieces) {
  let at = 0;
  for (const { text, missing } of pieces) {
    if (text !== expected.slice(at, at + text.length)) throw new Error(`"${text}" is at byte ${at} of the output`);
    at += text.length + missing;
  }
  return at;
}

/** What a launch has written to stdout, with the number of bytes behind each piece that the disk did not take. */
function piecesOf(folder, generation) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.startsWith(`${generation}.`));
  if (names.includes(`${generation}.stdout`)) {
    const text = readFileSync(join(folder, `${generation}.stdout`), 'latin1');
    return [{ text, missing: 0 }];
  }
  const gaps = gapsIn(join(folder, `${generation}.gaps`));
  return names
    .filter((name) => name.endsWith('.log'))
    .sort()
    .flatMap((name) => piecesIn(readFileSync(join(folder, name), 'latin1'), Number(name.split('.')[1]), gaps));
}

function piecesIn(segment, start, gaps) {
  const pieces = [];
  let offset = start;
  for (const record of segment.split('\n').slice(0, -1)) {
    const [head, stream, tag] = RECORD.exec(record) ?? [];
    if (head === undefined) throw new Error(`"${record.slice(0, 100)}" is no record`);
    const text = record.slice(head.length);
    // An empty one at the end of a launch stands for no newline that was written.
    const isEnd = tag === 'F' && !(text === '' && offset + record.length + 1 === start + segment.length);
    if (stream === 'stdout') pieces.push({ text: isEnd ? `${text}\n` : text, missing: 0 });
    else if (gaps.has(offset)) pieces.push({ text: '', missing: gaps.get(offset) });
    offset += record.length + 1;
  }
  return pieces;
}

/** The bytes of stdout that are missing, by the offset of the gap. */
function gapsIn(file) {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  return new Map(lines.map((line) => JSON.parse(line)).map(({ offset, stdout }) => [offset, stdout]));
}
