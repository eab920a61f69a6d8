import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../peers/timing.js';
import { cpuByPid, cpuSince, memorySum } from '../stage/processes.js';
import { LIMIT } from '../report/figures.js';
import { median } from '../report/statistics.js';
import { reporters } from '../stage/stage.js';
import { createLimits } from './limits.js';
import { eachInTurn, msBetween, onStages } from './rounds.js';

const QUIET_MS = 2_000;
/** The time until a supervisor is idle after many starts. */
const REST_MS = 5_000;
const IDLE_MS = 10_000;
/** With nothing to supervise all are idle at the same time, so that it may take longer: pm2 does something every 30 s. */
const NOTHING_MS = 35_000;
const KNOWN_MS = 120_000;

const titlesOf = (count) => {
  const of = count.toLocaleString('en-US');
  const row = (id, title, unit, more) => ({ id: `many-${id}-${count}`, title, unit, better: 'less', ...more });
  return [
    row('seconds', `start of ${of} in one go: first request → all alive`, 's'),
    row('cpu', `… processor time of the supervision, per service (${of})`, 'ms', { perService: true }),
    row('memory', `memory of the supervision with ${of} services`, 'MiB PSS'),
    row('each', `… beyond that with nothing to supervise, per service (${of})`, 'KiB PSS', { perService: true }),
    row('idle', `idle with ${of} services, processor time`, '% of a core'),
  ];
};

const nothingTitles = [
  { id: 'nothing-memory', title: 'memory with nothing to supervise', unit: 'MiB PSS', better: 'less' },
  { id: 'nothing-idle', title: 'idle with nothing to supervise, processor time', unit: '% of a core', better: 'less' },
];

/** The processor time of each supervision while nothing happens, in percent of a core. */
async function idlePercents(stages, idleMs) {
  await pause(REST_MS);
  const begun = performance.now();
  const before = stages.map((stage) => stage.supervision()).map((all) => ({ all, cpu: cpuByPid(all) }));
  await pause(idleMs);
  const seconds = (performance.now() - begun) / 1_000;
  return before.map(({ all, cpu }) => (cpuSince(cpu, all) / seconds) * 100);
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

async function measureMany(context, count) {
  await eachInTurn(context, `${count} at once`, { services: reporters(count) }, async (stage, round) => {
    const note = (id, value) => context.figures.note(`many-${id}-${count}`, stage.peer.name, round, value);
    const { seconds, cpuMs } = await startAll(stage, count);
    note('seconds', seconds);
    note('cpu', cpuMs);
    if (count === Math.max(...context.counts)) note('idle', (await idlePercents([stage], IDLE_MS))[0]);
    else await pause(REST_MS);
    const memory = memoryMib(stage);
    note('memory', memory);
    const empty = context.figures.of('nothing-memory', stage.peer.name).map(({ value }) => value);
    if (empty.length > 0) note('each', ((memory - median(empty)) * 1_024) / count);
  });
}

async function measureLimit(context, count) {
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

/** Many services that are known and stopped are started at once; then what they cost while nothing happens. */
export const many = {
  id: 'many',
  titles: ({ counts }) => counts.flatMap(titlesOf),
  async measure(context) {
    for (const count of context.counts) {
      await measureMany(context, count);
      if (context.hasLimits) await measureLimit(context, count);
    }
  },
};

/** Supervisors without any service. */
export const nothing = {
  id: 'nothing',
  titles: () => nothingTitles,
  async measure(context) {
    for (let round = 0; round < context.rounds; round += 1) {
      context.progress(`nothing to supervise, round ${round + 1} of ${context.rounds}`);
      await onStages(context, {}, async (stages) => {
        const idle = await idlePercents(stages, NOTHING_MS);
        for (const [index, stage] of stages.entries()) {
          context.figures.note('nothing-idle', stage.peer.name, context.round + round, idle[index]);
          context.figures.note('nothing-memory', stage.peer.name, context.round + round, memoryMib(stage));
        }
      });
    }
  },
};
