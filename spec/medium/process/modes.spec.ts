import { expect } from 'chai';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { launchedBy } from '../../support/process/launched-by.ts';
import { openToOthers } from '../../support/temporary.ts';

const PUMP = parseServiceId('pump');

describe('the files of launches', function () {
  this.timeout(20_000);

  before(function () {
    if (process.platform === 'win32') this.skip(); // Windows files have no modes
  });

  for (const kind of bestShimKind() === 'native' ? (['native', 'node'] as const) : (['node'] as const)) {
    it(`are inaccessible to other users under any umask, while it runs and after it has ended (${kind})`, async () => {
      const mask = process.umask(0);
      const world = new LocalProcessWorld(kind);
      try {
        const host = await world.open();
        const launch = launchedBy(await host.launch(world.request(PUMP, 1)));
        // The test world created the directory.
        const ours = openToOthers(world.stateDir).filter((line) => !line.endsWith(` ${world.stateDir}`));
        expect(ours).to.deep.equal([]);
        const exited = new Promise((resolve) => host.observe(launch.launchId, { exited: resolve }));
        world.exit(launch, 3);
        await exited;
        expect(openToOthers(world.stateDir).filter((line) => !line.endsWith(` ${world.stateDir}`))).to.deep.equal([]);
      } finally {
        process.umask(mask);
        await world.dispose();
      }
    });
  }
});
