import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { open } from 'sqlite';
import sqlite3 from 'sqlite3';
import { LIMIT } from '../report/figures.js';
import { median } from '../report/statistics.js';
import { msBetween } from './rounds.js';

const WRITES = 50;
const SPAWNS = 20;
const BLOCK = Buffer.alloc(4_096, 1);
const runProgram = promisify(execFile);

/** Starts `count` children without a supervisor: milliseconds from the first call until all are alive. */
async function spawnBare({ folder, programs, env, fifo, reports }, count) {
  reports.clear();
  const alive = reports.reachProcesses(count);
  const { stdout } = await runProgram(programs.corespawn, [programs.corebench, String(count)], {
    cwd: folder,
    env: { ...process.env, ...env, BENCH_FIFO: fifo },
  });
  return msBetween(BigInt(stdout.trim()), await alive);
}

/** Milliseconds from `child_process.spawn` to the first instruction of the child. */
async function spawnByNode({ programs, env, fifo, reports }) {
  const alive = reports.next('-', 'alive');
  const begun = process.hrtime.bigint();
  const child = spawn(programs.corebench, [], { stdio: 'ignore', env: { ...process.env, ...env, BENCH_FIFO: fifo } });
  const exit = once(child, 'exit');
  const { at } = await alive;
  child.kill('SIGKILL');
  await exit;
  return msBetween(begun, at);
}

/** The median of several calls, in milliseconds. */
async function medianMs(times, call) {
  const took = [];
  for (let index = 0; index < times; index += 1) {
    const begun = process.hrtime.bigint();
    await call(index);
    took.push(msBetween(begun, process.hrtime.bigint()));
  }
  return median(took);
}

/** What the machine allows, measured in the same run as the peers. */
export async function createLimits(run) {
  const stage = await run.openStage(null);
  const database = await open({ filename: join(stage.folder, 'commits.db'), driver: sqlite3.Database });
  // As the store of the host.
  await database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE entry (text TEXT)');
  const file = openSync(join(stage.folder, 'synced'), 'a');
  const endChildren = () => {
    for (const { pid, isChild } of stage.processes()) if (isChild) process.kill(pid, 'SIGKILL');
  };
  return {
    async spawnMs(count = 1) {
      const took = await spawnBare(stage, count);
      endChildren();
      return took;
    },
    nodeSpawnMs: async () => {
      const took = [];
      for (let index = 0; index < SPAWNS; index += 1) took.push(await spawnByNode(stage));
      return median(took);
    },
    commitMs: () => medianMs(WRITES, () => database.run('INSERT INTO entry VALUES (?)', 'x'.repeat(200))),
    syncMs: () =>
      medianMs(WRITES, () => {
        writeSync(file, BLOCK);
        fdatasyncSync(file);
      }),
    async close() {
      closeSync(file);
      await database.close();
      await stage.close();
    },
  };
}

/** Milliseconds until an empty Node program has ended: what every host in Node needs at least. */
const bootMs = () => medianMs(3, () => runProgram(process.execPath, ['-e', '0']));

/** What the machine allows and no row of a peer shows. */
export const limits = {
  id: 'limits',
  titles: () =>
    [
      {
        id: 'limit-node-spawn',
        title: '`child_process.spawn` of the child → first instruction',
        unit: 'ms',
      },
      { id: 'limit-sync', title: 'write of 4 KiB and fdatasync', unit: 'ms' },
      { id: 'limit-commit', title: 'commit of one row by sqlite3 (WAL, synchronous NORMAL, as the host)', unit: 'ms' },
      { id: 'limit-boot', title: 'an empty Node program, from spawn to exit', unit: 'ms' },
    ].map((row) => ({ ...row, better: 'less', plain: true })),
  async measure(context) {
    if (!context.hasLimits) return;
    const own = await createLimits(context.run);
    try {
      for (let round = 0; round < context.rounds; round += 1) {
        context.progress(`limits, round ${round + 1} of ${context.rounds}`);
        const note = async (id, call) => context.figures.note(id, LIMIT, context.round + round, await call());
        await note('limit-node-spawn', own.nodeSpawnMs);
        await note('limit-sync', own.syncMs);
        await note('limit-commit', own.commitMs);
        await note('limit-boot', bootMs);
      }
    } finally {
      await own.close();
    }
  },
};
