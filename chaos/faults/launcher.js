import { until } from '../patience.js';
import { childrenOf, programOf, signal } from '../proc.js';

const STARTED_MS = 1_500;

/** The process that forks the shims is killed, often while launches are in progress. */
export const launcher = {
  name: 'launcher',
  missing: ({ shim }) => (shim === 'native' ? null : 'only the native shim has a launcher'),

  draw(dice) {
    return { moment: 'alive', times: dice.between(1, 3) };
  },

  async inject(world, { times }) {
    const { host, tally } = world;
    const find = () => childrenOf(host.pid).filter((pid) => programOf(pid) === 'coredinator-shim');
    // It is started for the first launch of a host, so something has to be launched again.
    world.killOne();
    if (!(await until(STARTED_MS, () => find().length > 0))) return null;
    let left = times;
    const timer = setInterval(() => {
      for (const pid of find()) {
        if (!signal(pid, 'SIGKILL')) continue;
        tally.hit('launchers killed');
        left -= 1;
      }
      if (left <= 0) clearInterval(timer);
    }, 30);
    return { how: 'killed', sees: null, lastsMs: 500, undo: async () => clearInterval(timer) };
  },
};
