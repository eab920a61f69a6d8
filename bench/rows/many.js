import { setTimeout as pause } from 'node:timers/promises';
import { cpuByPid, cpuSince, memorySum } from '../processes.js';
import { LIMIT } from '../report/figures.js';
import { until } from '../peers/timing.js';
import { reporters } from '../stage.js';
import { createLimits } from './limits.js';
import { eachInTurn, msBetween } from './rounds.js';

const QUIET_MS = 2_000;
/** The time until a supervisor is idle after many starts. */
const REST_MS = 5_000;
const KNOWN_MS = 120_000;

const titlesOf = (count) => {
  const of = count.toLocaleString('en-US');
  return [
    {
      id: `many-seconds-${count}`,
      title: `start of ${of} in one go: first request → all alive`,
      unit: 's',
      better: 'less',
    },
    {
      id: `many-cpu-${count}`,
      title: `… processor time of the supervision, per service (${of})`,
      unit: 'ms',
      better: 'less',
    },
    {
      id: `many-idle-${count}`,
      title: `idle with ${of} services, processor time`,
      unit: '% of a core',
      better: 'less',
    },
    {
      id: `many-memory-${count}`,
      title: `memory of the supervision with ${of} services`,
      unit: 'MiB PSS',
      better: 'less',
    },
  ];
};

const nothingTitles = [
  { id: 'nothing-memory', title: 'memory with nothing to supervise', unit: 'MiB PSS', better: 'less' },
  { id: 'nothing-idle', title: 'idle with nothing to supervise, processor time', unit: '% of a core', better: 'less' },
];

/** The processor time of the supervision while nothing happens, in percent of a core. */
async function idlePercent(stage, idleMs) {
  await pause(REST_MS);
  const all = stage.supervision();
  const before = cpuByPid(all);
  await pause(idleMs);
  return (cpuSince(before, all) / (idleMs / 1_000)) * 100;
}

const memoryMib = (stage) => memorySum(stage.supervision()) / 1_024;

async function startAll(stage, count) {
  await pause(QUIET_MS);
  const before = cpuByPid(stage.supervision());
  const alive = stage.reports.reach(count);
  const { begun } = await stage.session.startAll();
  const at = await alive;
  await until(async () => (await stage.session.known()).size === count, KNOWN_MS, `${count} services are known to run`);
  return { seconds: msBetween(begun, at) / 1_000, cpuMs: (cpuSince(before, stage.supervision()) * 1_000) / count };
}

/** Many services that are known and stopped are started at once; then what they cost while nothing happens. */
export const many = {
  id: 'many',
  titles: ({ counts }) => counts.flatMap(titlesOf),
  async measure(context) {
    for (const count of context.counts) {
      await eachInTurn(context, `${count} at once`, { services: reporters(count) }, async (stage, round) => {
        const note = (id, value) => context.figures.note(`many-${id}-${count}`, stage.peer.name, round, value);
        const { seconds, cpuMs } = await startAll(stage, count);
        note('seconds', seconds);
        note('cpu', cpuMs);
        note('idle', await idlePercent(stage, context.idleMs));
        note('memory', memoryMib(stage));
      });
      if (context.hasLimits) await spawnLimit(context, count);
    }
  },
};

async function spawnLimit(context, count) {
  for (let round = 0; round < context.rounds; round += 1) {
    const limits = await createLimits(context.run);
    try {
      const ms = await limits.spawnMs(count);
      context.figures.note(`many-seconds-${count}`, LIMIT, context.round + round, ms / 1_000);
    } finally {
      await limits.close();
    }
  }
}

/** A supervisor without any service. */
export const nothing = {
  id: 'nothing',
  titles: () => nothingTitles,
  measure: (context) =>
    eachInTurn(context, 'nothing to supervise', {}, async (stage, round) => {
      context.figures.note('nothing-idle', stage.peer.name, round, await idlePercent(stage, context.idleMs));
      context.figures.note('nothing-memory', stage.peer.name, round, memoryMib(stage));
    }),
};
