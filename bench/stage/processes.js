import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { cpuOf } from '../readings.js';

const pids = () => readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));

/** What `read` returns for a process; null for one that has just ended. */
function ifAlive(read) {
  try {
    return read();
  } catch {
    return null;
  }
}

const isRun = (pid, program) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] === program;

/** The live processes with this program as their first argument. */
export function pidsOf(program) {
  return pids().filter((pid) => ifAlive(() => isRun(pid, program)) === true);
}

/** The variable of the environment of a process at its start; undefined without it. */
function variableOf(pid, name) {
  const text = readFileSync(`/proc/${pid}/environ`, 'utf8');
  return new RegExp(`(?:^|\0)${name}=([^\0]*)`).exec(text)?.[1];
}

/** The pids of the live processes of a program, by service, from /proc, not from a host. */
export function census(program) {
  const found = new Map();
  for (const pid of pidsOf(program)) {
    const service = ifAlive(() => ({ id: variableOf(pid, 'COREDINATOR_SERVICE_ID') }));
    if (service !== null) found.set(service.id, [...(found.get(service.id) ?? []), pid]);
  }
  return found;
}

/**
 * The live processes in whose environment BENCH_RUN begins with `run`: the pid, the service, and whether it is a
 * supervised child, one of `programs`, or belongs to the supervision. Zombies have no memory and no environment.
 */
export function processesOf(run, programs) {
  return pids().flatMap((pid) => {
    const found = ifAlive(() => {
      if (variableOf(pid, 'BENCH_RUN')?.startsWith(run) !== true) return null;
      const program = basename(readlinkSync(`/proc/${pid}/exe`)).replace(/-1\.0\.0$/, '');
      return { pid, isChild: programs.includes(program), service: variableOf(pid, 'COREDINATOR_SERVICE_ID') };
    });
    return found === null || pid === process.pid ? [] : [found];
  });
}

const parentOf = (pid) => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[1]);

/**
 * The pids of what supervises among processes of `processesOf`: those that are no children, and all between them and
 * the children, which may have no environment (the shims of this host and their launcher).
 */
export function supervisionOf(found) {
  const known = new Set(found.map(({ pid }) => pid));
  const supervision = new Set(found.flatMap(({ pid, isChild }) => (isChild ? [] : [pid])));
  for (const { pid } of found) {
    let parent = ifAlive(() => parentOf(pid));
    while (parent !== null && parent > 1 && parent !== process.pid && !known.has(parent) && !supervision.has(parent)) {
      supervision.add(parent);
      parent = ifAlive(() => parentOf(parent));
    }
  }
  return [...supervision];
}

/** KiB of a process; PSS: shared pages count in proportion; private: pages that no other process has. */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kib = (name) => [...text.matchAll(new RegExp(`^${name}:\\s+(\\d+) kB`, 'gm'))].map(([, size]) => Number(size));
  return {
    rss: kib('Rss')[0] ?? 0,
    pss: kib('Pss')[0] ?? 0,
    private: kib(String.raw`Private_\w+`).reduce((sum, size) => sum + size, 0),
  };
}

/** KiB PSS of several processes; those that have just ended count nothing. */
export function memorySum(all) {
  return all.reduce((sum, pid) => sum + (ifAlive(() => memoryOf(pid).pss) ?? 0), 0);
}

/** How much /proc/PID/stat, which counts hundredths of a second, may be behind. */
const TICKS_S = 0.02;

/**
 * The processor time of a process in seconds, twice: hundredths of a second are nothing for a process that does little, so
 * `exact` is the scheduler's figure of each live thread; `ticks` also knows the threads that have ended.
 */
function cpuReading(pid) {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return { exact: threads.reduce((sum, ns) => sum + ns, 0) / 1e9, ticks: cpuOf(pid) };
}

const NO_TIME = { exact: 0, ticks: 0 };

/** The processor time of each of these processes, by pid. */
export function cpuByPid(all) {
  return new Map(all.map((pid) => [pid, ifAlive(() => cpuReading(pid)) ?? NO_TIME]));
}

/** The processor time in seconds since the earlier reading; a process that began later counts in full. */
export function cpuSince(before, all) {
  let sum = 0;
  for (const [pid, now] of cpuByPid(all)) {
    const then = before.get(pid) ?? NO_TIME;
    const [exact, ticks] = [now.exact - then.exact, now.ticks - then.ticks];
    sum += Math.max(0, ticks - exact > TICKS_S ? ticks : exact);
  }
  return sum;
}
