import { setTimeout as pause } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { until } from '../peers/timing.js';
import { reporters } from '../stage/stage.js';
import { eachInTurn, msBetween } from './rounds.js';

const KNOWN_MS = 180_000;
/** A supervisor that starts everything a second time has done so by then. */
const AFTER_MS = 3_000;

const titlesOf = (count) => {
  const of = count.toLocaleString('en-US');
  return [
    { id: `cold-${count}`, title: `from nothing to ${of} alive`, unit: 's', better: 'less' },
    {
      id: `kept-${count}`,
      title: `supervisor killed and started again: same process kept, of ${of}`,
      unit: 'services',
      better: 'more',
      plain: true,
    },
    { id: `doubled-${count}`, title: '… running twice', unit: 'services', better: 'less', plain: true },
    { id: `back-${count}`, title: `… until all ${of} are known to run`, unit: 's', better: 'less' },
  ];
};

const known = (session, count) =>
  until(async () => (await session.known()).size === count, KNOWN_MS, `${count} services are known to run`);

/** The pids of the children of each service, from /proc. */
function childrenOf(stage) {
  const found = new Map();
  for (const { pid, isChild, service } of stage.processes())
    if (isChild) found.set(service, [...(found.get(service) ?? []), pid]);
  return found;
}

/** Kills what supervises, and waits until it is gone. */
export async function killSupervisor({ session }) {
  const pids = [session.pid()].flat();
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until(() => pids.every((pid) => !existsSync(`/proc/${pid}`)), KNOWN_MS, 'the killed supervisor is gone');
}

/** Kept: the supervisor knows the process that it had before, and it is the only one. */
function compare(before, after, found) {
  const kept = [...before].filter(([name, pid]) => after.get(name) === pid && found.get(name)?.join() === String(pid));
  const doubled = [...found.values()].filter((pids) => pids.length > 1);
  return { kept: kept.length, doubled: doubled.length };
}

/** A supervisor comes up with services that start by themselves, is killed with SIGKILL, and is started again. */
export const killed = {
  id: 'killed',
  titles: ({ counts }) => counts.flatMap(titlesOf),
  async measure(context) {
    for (const count of context.counts) {
      const options = { services: reporters(count), autostart: true };
      await eachInTurn(context, `killed with ${count}`, options, async (stage, round) => {
        const note = (id, value) => context.figures.note(`${id}-${count}`, stage.peer.name, round, value);
        note('cold', msBetween(stage.begunAt(), await stage.reports.reach(count)) / 1_000);
        await known(stage.session, count);
        const before = await stage.session.known();
        await pause(AFTER_MS);
        await killSupervisor(stage);
        const begun = process.hrtime.bigint();
        await stage.session.again();
        await known(stage.session, count);
        const seconds = msBetween(begun, process.hrtime.bigint()) / 1_000;
        await pause(AFTER_MS);
        const { kept, doubled } = compare(before, await stage.session.known(), childrenOf(stage));
        note('kept', kept);
        note('doubled', doubled);
        // Where only the top was killed, each service's own supervisor has known it all along.
        if (!stage.peer.isQueued) note('back', seconds);
      });
    }
  },
};
