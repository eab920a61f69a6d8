import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeFifo, readReports } from '../births.js';
import { processesOf, supervisionOf } from './processes.js';
import { compile } from '../programs/programs.js';

const PROGRAMS = ['corebench', 'corelog', 'corespawn', 'coreload'];
const CHILDREN = ['corebench', 'corelog'];
const TIMEOUT_MS = 180_000;
const POLL_MS = 20;

function compileAll(folder) {
  mkdirSync(folder);
  const paths = Object.fromEntries(PROGRAMS.map((name) => [name, join(folder, name)]));
  for (const [name, path] of Object.entries(paths))
    if (compile(name, path) === null)
      throw new Error('The benchmark needs a C compiler (Debian: apt-get install gcc).');
  return paths;
}

/** Kills what runs, supervisors first, until there is nothing; only processes with this value of BENCH_RUN. */
async function killAll(id) {
  const end = performance.now() + TIMEOUT_MS;
  for (;;) {
    const found = processesOf(id, CHILDREN);
    if (found.length === 0) return;
    if (performance.now() > end) throw new Error(`${found.length} processes of the benchmark do not end.`);
    const supervision = found.filter(({ isChild }) => !isChild);
    for (const { pid } of supervision.length > 0 ? supervision : found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    }
    await pause(POLL_MS);
  }
}

/** A shim writes the exit record of a service that was killed a moment later, perhaps into a folder that is just being emptied. */
async function remove(folder) {
  for (let left = 5; ; left -= 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if (left === 0) throw error;
      await pause(POLL_MS * 10);
    }
  }
}

/** Rejects with what did not happen in time. */
async function inTime(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not within ${TIMEOUT_MS / 1_000} s: ${what}.`)), TIMEOUT_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The reports of one stage, with those who wait for one. */
function createReports(fifo) {
  const next = new Map();
  let services = new Set();
  let births = 0;
  let lastAt = 0n;
  let wanted = null;
  const check = () => {
    if (wanted?.isReached() !== true) return;
    wanted.resolve(lastAt);
    wanted = null;
  };
  const { close } = readReports({ fifo, isStamped: true }, (report) => {
    if (report.what === 'alive') {
      services.add(report.service);
      births += 1;
      if (report.at > lastAt) lastAt = report.at;
    }
    const key = `${report.service} ${report.what}`;
    next.get(key)?.(report);
    next.delete(key);
    check();
  });
  const want = (isReached, what) => {
    const promise = new Promise((resolve) => (wanted = { isReached, resolve }));
    check();
    return inTime(promise, what);
  };
  return {
    /** The next report of a service, `alive` or `asked`. */
    next: (service, what) =>
      inTime(new Promise((resolve) => next.set(`${service} ${what}`, resolve)), `${service} is ${what}`),
    /** The time at which the last of `count` different services was alive. */
    reach: (count) => want(() => services.size >= count, `${count} services are alive`),
    /** The same for processes, of whatever service. */
    reachProcesses: (count) => want(() => births >= count, `${count} processes are alive`),
    /** Forgets earlier births. */
    clear() {
      services = new Set();
      births = 0;
      lastAt = 0n;
    },
    close,
  };
}

/**
 * One run of the benchmark in a new folder below `base`. Each stage has a folder of its own in it; nothing is deleted
 * before the end, because a file system can be slow for a minute after many deletions. The processes of a run are known by BENCH_RUN in
 * their environment, so that those of a supervisor that has been killed are found as well.
 */
export function openRun(base = tmpdir()) {
  const folder = mkdtempSync(join(base, 'coredinator-bench-'));
  const id = `${process.pid}-${Date.now()}`;
  const programs = compileAll(join(folder, 'programs'));
  let stages = 0;

  /**
   * A folder with a FIFO; `services` are `{ name, args }`: without `args` it is the program that reports, else the one
   * that writes, with the arguments that `args` returns for the folder. With a peer its supervisor is there, and `session` is what `setUp` returns.
   */
  async function openStage(peer, { services = [], autostart = false } = {}) {
    stages += 1;
    const own = join(folder, `${stages}-${peer?.name ?? 'limit'}`);
    mkdirSync(own);
    const fifo = makeFifo(own);
    const runId = `${id}.${stages}.`;
    const reports = createReports(fifo);
    const serviceOf = ({ name, args }) =>
      args === undefined
        ? { name, args: [], program: programs.corebench }
        : { name, args: args(own), program: programs.corelog };
    let begunAt = null;
    const stage = {
      peer,
      folder: own,
      fifo,
      programs,
      autostart,
      services: services.map(serviceOf),
      env: { BENCH_RUN: runId },
      reports,
      /** A peer calls it right before it starts its supervisor. */
      begin: () => (begunAt = process.hrtime.bigint()),
      begunAt: () => begunAt,
      processes: () => processesOf(runId, CHILDREN),
      supervision: () => supervisionOf(stage.processes()),
      async close() {
        stage.session?.close();
        await killAll(runId);
        reports.close();
      },
    };
    try {
      stage.session = peer === null ? null : await peer.setUp(stage);
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  return {
    id,
    folder,
    programs,
    openStage,
    /** Calls `use` with a stage that is closed afterwards. */
    async onStage(peer, options, use) {
      const stage = await openStage(peer, options);
      try {
        return await use(stage);
      } finally {
        await stage.close();
      }
    },
    /** Ends every process of the run and removes its folder; rejects if one of them does not end. */
    async close() {
      await killAll(id);
      await remove(folder);
    },
  };
}

/** `count` services of the program that reports. */
export function reporters(count) {
  return Array.from({ length: count }, (_, index) => ({ name: `s${index}` }));
}
