import { closeSync, existsSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../patience.js';

/** By then the host waits to launch it again. */
const DECIDED_MS = 60;
const SECONDS = [-86_400 * 400, -86_400, -3_600, -30, 30, 3_600, 86_400];

/** The wall clock of the host is set forward or back, and later right again. */
export const clocks = {
  name: 'clocks',
  missing: ({ clock }) => (clock ? null : 'no library can be preloaded (LD_PRELOAD)'),

  draw(dice) {
    const isRestarted = dice.chance(50);
    return { moment: 'alive', seconds: dice.pick(SECONDS), lastsMs: dice.between(500, 2_500), isRestarted };
  },

  hostOptions({ plant }) {
    const file = clockOf(plant);
    writeFileSync(file, Buffer.alloc(8));
    return { env: { LD_PRELOAD: join(plant.folder, 'elsewhere/clock.so'), CHAOS_CLOCK: file } };
  },

  async inject(world, { seconds, lastsMs, isRestarted }) {
    set(world.plant, seconds);
    world.beginSeries();
    const how = seconds < 0 ? 'set back' : 'set forward';
    if (isRestarted) {
      // A deadline of this host is set by the wrong clock, and the next host has the right one.
      world.killOne();
      await pause(DECIDED_MS);
      await world.restart();
      world.beginSeries();
    }
    return {
      how: isRestarted ? `${how}, and right for the next host` : how,
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
