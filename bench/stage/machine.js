import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** The ticks of all cores so far, from /proc/stat. */
function busyTicks() {
  const [line] = readFileSync('/proc/stat', 'utf8').split('\n');
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const all = ticks.reduce((sum, each) => sum + each, 0);
  return { all, busy: all - ticks[3] - ticks[4] };
}

/** The load of other programs during a second before the run, in percent of all cores. */
async function busyPercent() {
  const before = busyTicks();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const after = busyTicks();
  return ((after.busy - before.busy) / Math.max(1, after.all - before.all)) * 100;
}

/** The type of the file system of a folder. */
function fileSystemOf(folder) {
  return execFileSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).trim();
}

/** What the figures depend on. */
export async function describeMachine(folder) {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memory_gib: Math.round(totalmem() / 1024 ** 3),
    kernel: `Linux ${release()}`,
    node: process.version,
    file_system: fileSystemOf(folder),
    busy_before_percent: Math.round(await busyPercent()),
    load_before: loadavg()[0],
  };
}
