import { join } from 'node:path';
import { putBack, takeAway } from './away.js';

const NAMES = ['run', 'locks', 'exits', 'logs'];

/** A folder of the state directory, or all of it, is renamed away under a live host, and put back. */
export const folders = {
  name: 'folders',
  missing: () => null,

  draw(dice) {
    const name = dice.pick([...NAMES, null]);
    return { moment: 'alive', name, lastsMs: dice.between(0, 1_500) };
  },

  async inject({ plant }, { name, lastsMs }) {
    const path = name === null ? plant.stateDir : join(plant.stateDir, name);
    takeAway(path);
    return {
      how: name ?? 'state directory',
      sees: name === null ? /state directory ".*" was removed, renamed/ : new RegExp(`folder ".*/${name}" was re`),
      ...{ refuses: true, lastsMs },
      undo: async () => {
        putBack(path);
      },
    };
  },
};
