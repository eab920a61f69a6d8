import { rmSync } from 'node:fs';
import { pause } from '../patience.js';
import { putBack, takeAway } from './away.js';

const LOCKED = 3;
const REFUSED_MS = 20_000;

/**
 * A second host is started on the state directory of a live one: it has to leave. Or the directory is moved away first,
 * so that the second one makes a new one: it must not launch or end anything.
 */
export const secondHosts = {
  name: 'second-hosts',
  missing: () => null,

  draw(dice) {
    return { moment: 'alive', isMoved: dice.chance(40), livesMs: dice.between(200, 1_500) };
  },

  async inject(world, { isMoved, livesMs }) {
    const { plant, tally, host } = world;
    if (!isMoved) {
      const second = world.startBeside({});
      await Promise.race([second.ended, second.ready(), pause(REFUSED_MS)]);
      const { code } = second.isOver ? await second.ended : await second.kill();
      if (second.url !== null) tally.lose('duplicates', `A second host became ready: ${second.tail}`);
      else if (code !== LOCKED) tally.lose('crashed hosts', `A second host exited with ${code}: ${second.tail}`);
      else if (!second.tail.includes(`pid ${host.pid}`))
        tally.lose('wrong health', `A second host does not name the first (pid ${host.pid}): ${second.tail}`);
      return { how: 'same state directory', sees: null, undo: async () => {} };
    }
    takeAway(plant.stateDir);
    const second = world.startBeside({});
    const isReady = await second.ready();
    if (!isReady) tally.lose('crashed hosts', `A host on a new state directory did not start: ${second.tail}`);
    return {
      how: 'state directory moved away',
      sees: /state directory ".*" was re/,
      ...{ refuses: true, lastsMs: livesMs },
      undo: async () => {
        await pause(livesMs);
        if (!second.isOver) await second.kill();
        rmSync(plant.stateDir, { recursive: true, force: true });
        putBack(plant.stateDir);
      },
    };
  },
};
