import { shimOf } from '../ledger.js';
import { pause } from '../patience.js';
import { signal } from '../proc.js';

/** Shims are killed, or stopped and continued, with or without a host; some of their services are killed too. */
export const shims = {
  name: 'shims',
  missing: ({ shim }) => (shim === 'native' ? null : 'only the native shim can be told from its service'),

  draw(dice) {
    const isKill = dice.chance(50);
    return {
      ...{ moment: dice.pick(['alive', 'dead']), isKill, count: dice.between(1, 3), index: dice.below(100) },
      ...{ isServiceKilled: dice.chance(40), frozenMs: dice.between(100, 1_500) },
    };
  },

  async inject({ ledger, tally, plant }, { isKill, count, index, isServiceKilled, frozenMs }) {
    ledger.sample();
    const hit = ledger.mains().flatMap((launch) => {
      const shim = shimOf(launch, plant);
      return shim === null ? [] : [{ launch, shim }];
    });
    const chosen = hit.slice(index % Math.max(1, hit.length)).slice(0, count);
    if (chosen.length === 0) return null;
    for (const { launch, shim } of chosen) {
      if (isKill) launch.shimKilledAt = Date.now();
      signal(shim.pid, isKill ? 'SIGKILL' : 'SIGSTOP');
    }
    tally.hit(isKill ? 'shims killed' : 'shims stopped', chosen.length);
    if (isServiceKilled) {
      const [{ launch }] = chosen;
      launch.kills.push({ signal: 'SIGKILL', at: Date.now() });
      signal(launch.pid, 'SIGKILL');
    }
    return {
      how: isKill ? 'killed' : 'stopped',
      sees: null,
      undo: async () => {
        if (isKill) return;
        await pause(frozenMs);
        for (const { shim } of chosen) signal(shim.pid, 'SIGCONT');
      },
    };
  },
};
