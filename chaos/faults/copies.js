import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pause } from '../patience.js';

/** The base path or the state directory is copied, and a second host is started on the copy beside the original. */
export const copies = {
  name: 'copies',
  missing: () => null,

  draw(dice) {
    return { moment: 'alive', isBase: dice.chance(50), livesMs: dice.between(300, 1_500) };
  },

  async inject(world, { isBase, livesMs }) {
    const { plant, ledger, tally } = world;
    const folder = join(plant.folder, 'copy');
    const basePath = isBase ? join(folder, 'base') : plant.basePath;
    const stateDir = join(folder, isBase && plant.disk === null ? 'base' : '', basename(plant.stateDir));
    spawnSync('mkdir', ['-p', folder]);
    if (isBase) spawnSync('cp', ['-a', plant.basePath, folder]);
    if (!isBase || plant.disk !== null) spawnSync('cp', ['-a', plant.stateDir, folder]);
    const before = ledger.mains().map(({ launch }) => launch);
    const copy = world.startBeside({ basePath, stateDir });
    const isReady = await copy.ready();
    if (!isReady) tally.lose('crashed hosts', `A host on a copy did not start: ${copy.tail}`);
    else {
      await pause(livesMs);
      const health = (await copy.get('/api/healthcheck'))?.body;
      if (health?.notices?.some(({ code }) => code === 'state_copied') !== true)
        tally.lose('wrong health', `A host on a copy of the state says ${JSON.stringify(health)}.`);
      const running = ((await copy.services()) ?? []).filter(({ pid }) => pid !== null);
      for (const { id, pid } of running)
        tally.lose('duplicates', `A host on a copy of the state runs ${id} (pid ${pid}).`);
    }
    return {
      how: isBase ? 'base path' : 'state directory',
      sees: null,
      undo: async () => {
        if (!copy.isOver) await copy.kill();
        rmSync(folder, { recursive: true, force: true });
        ledger.sample();
        if (before.length > 0) tally.hit('services beside a copy', before.length);
      },
    };
  },
};
