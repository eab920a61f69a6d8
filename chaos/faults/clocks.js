import { closeSync, existsSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const SECONDS = [-86_400 * 400, -86_400, -3_600, -30, 30, 3_600, 86_400];

/** The wall clock of the host is set forward or back, and later right again. */
export const clocks = {
  name: 'clocks',
  missing: ({ clock }) => (clock ? null : 'no library can be preloaded (LD_PRELOAD)'),

  draw(dice) {
    return { moment: 'alive', seconds: dice.pick(SECONDS), lastsMs: dice.between(500, 2_500) };
  },

  hostOptions({ plant }) {
    const file = clockOf(plant);
    writeFileSync(file, Buffer.alloc(8));
    return { env: { LD_PRELOAD: join(plant.folder, 'elsewhere/clock.so'), CHAOS_CLOCK: file } };
  },

  async inject(world, { seconds, lastsMs }) {
    set(world.plant, seconds);
    world.beginSeries();
    return {
      how: seconds < 0 ? 'set back' : 'set forward',
      ...{ sees: null, lastsMs },
      undo: async () => {
        set(world.plant, 0);
        world.beginSeries();
      },
    };
  },
};

function clockOf({ folder }) {
  return join(folder, 'clock');
}

function set(plant, seconds) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(seconds));
  if (!existsSync(clockOf(plant))) return;
  const fd = openSync(clockOf(plant), 'r+');
  writeSync(fd, bytes, 0, bytes.length, 0);
  closeSync(fd);
}
