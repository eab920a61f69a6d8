import { closeSync, existsSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pause, until } from '../patience.js';

const NOTICED_MS = 3_000;
/** A change is stored within a moment, and the shortest delay takes longer. */
const STORED_MS = 20;
const SECONDS = [-86_400 * 400, -86_400, -3_600, -30, 30, 3_600, 86_400];

/** The wall clock of the host is set forward or back, and later right again. */
export const clocks = {
  name: 'clocks',
  missing: ({ clock }) => (clock ? null : 'no library can be preloaded (LD_PRELOAD)'),

  draw(dice) {
    const isRestarted = dice.chance(50);
    // Only a clock that was ahead leaves a deadline that is too far away for the next host.
    const seconds = dice.pick(isRestarted ? SECONDS.filter((one) => one > 0) : SECONDS);
    return { moment: 'alive', seconds, lastsMs: dice.between(500, 2_500), isRestarted };
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
      const killed = world.killOne();
      const isWaiting = async () => (await world.host.get(`/api/services/${killed}`))?.body.state !== 'running';
      if (killed !== null) await until(NOTICED_MS, isWaiting);
      await pause(STORED_MS);
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
