import { expect } from 'chai';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessExit } from '../../../lib/model/process.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { eventually } from '../../support/eventually.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { launchedBy } from '../../support/process/launched-by.ts';

const PUMP = parseServiceId('pump');
/** A shim that is gone is noticed at once. */
const NOTICED_MS = 500;

describe('a process that ends while the folder of exit records is renamed', function () {
  this.timeout(30_000);
  let world: LocalProcessWorld;

  before(function () {
    if (bestShimKind() !== 'native') this.skip(); // other shims find the folder by its path, and wait for no record
  });

  beforeEach(() => {
    world = new LocalProcessWorld('native');
  });

  afterEach(() => world.dispose());

  for (const [what, makeAnother] of [
    ['nothing is in its place', false],
    ['another folder is in its place', true],
  ] as const) {
    it(`is not taken for one that left no record, and its exit is told once the folder is back: ${what}`, async () => {
      const host = await world.open();
      const launch = launchedBy(await host.launch(world.request(PUMP, 1)));
      const told: ProcessExit[] = [];
      host.observe(launch.launchId, { exited: (exit) => told.push(exit) });
      const exits = join(world.stateDir, 'exits');
      renameSync(exits, `${exits}.away`);
      if (makeAnother) mkdirSync(exits);
      world.exit(launch, 7);
      await eventually(() => expect(existsSync(join(`${exits}.away`, launch.launchId))).to.equal(true));
      await eventually(() => expect(host.problems().join()).to.include('is not the folder that its shim has open'));
      await pause(NOTICED_MS);
      expect(told).to.deep.equal([]);
      if (makeAnother) rmSync(exits, { recursive: true });
      renameSync(`${exits}.away`, exits);
      await eventually(() => expect(told).to.have.length(1), 5_000);
      expect(told[0]).to.include({ code: 7, isKnown: true });
      await eventually(() => expect(host.problems()).to.be.empty);
    });
  }
});
