import { shimOf } from '../ledger.js';
import { until } from '../patience.js';
import { signal } from '../proc.js';

const REAPED_MS = 10_000;

/**
 * A service dies together with its shim while no host is running, and its pid, or that of its shim, goes to a process
 * that no host has launched.
 */
export const pids = {
  name: 'pids',
  missing: ({ isRoot }) => (isRoot ? null : 'choosing a pid needs root (/proc/sys/kernel/ns_last_pid)'),

  draw(dice) {
    return { moment: 'dead', isShim: dice.chance(30), index: dice.below(100) };
  },

  async inject(world, { isShim, index }) {
    const { ledger, innocents, plant } = world;
    ledger.sample();
    const mains = ledger.mains();
    const launch = mains[index % Math.max(1, mains.length)];
    const shim = launch === undefined ? null : shimOf(launch, plant);
    if (shim === null || !innocents.canChoosePid) return null;
    launch.shimKilledAt = Date.now();
    launch.kills.push({ signal: 'SIGKILL', at: Date.now() });
    signal(shim.pid, 'SIGKILL');
    signal(launch.pid, 'SIGKILL');
    const pid = isShim ? shim.pid : launch.pid;
    // Whoever reaps on this machine may take a while.
    if (!(await until(REAPED_MS, () => !signal(pid, 0)))) return null;
    if (!innocents.takePid(pid)) return null;
    return {
      how: isShim ? 'pid of a shim' : 'pid of a service',
      ...{ sees: null, lastsMs: 1_000 },
      // A stop is what would reach the wrong process.
      undo: () => world.bounce(launch.service),
    };
  },
};
