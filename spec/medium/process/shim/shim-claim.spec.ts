import { expect } from 'chai';
import { linkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { isNativeShimBuilt, ShimDriver, vice, type DrivenLaunch } from '../../../support/process/shim-driver.ts';

const { EEXIST } = constants.errno;

/** Revokes a launch as a host does that finds an intent without a claim; true if it was first. */
function revoke(launch: DrivenLaunch): boolean {
  const draft = join(launch.runDir, '.revoked');
  writeFileSync(draft, JSON.stringify({ protocol: 1, launch: launch.id, owner: 'revoked' }));
  try {
    linkSync(draft, join(launch.runDir, 'claim'));
    return true;
  } catch (error) {
    expect(error).to.include({ code: 'EEXIST' });
    return false;
  }
}

// Where the search for the moment of the claim begins, in ms after the shim was asked for.
for (const [kind, trials, firstDelayMs] of [
  ['native', 100, 0.3],
  ['node', 20, 40],
] as const) {
  describe(`a launch of the ${kind} shim`, function () {
    this.timeout(60_000); // many real processes on a possibly busy machine
    let driver: ShimDriver;

    before(function () {
      if (kind === 'native' && !isNativeShimBuilt()) this.skip();
    });
    beforeEach(() => {
      driver = new ShimDriver(kind);
    });
    afterEach(() => driver.close());

    it(`is either claimed or revoked, never both and never neither, in ${trials} races`, async () => {
      let delayMs: number = firstDelayMs;
      let revocations = 0;
      for (let trial = 0; trial < trials; trial++) {
        const launch = driver.prepare();
        driver.begin(launch, vice('exits-with-code'), { args: ['0'] });
        const until = performance.now() + delayMs;
        while (performance.now() < until) continue;
        const isRevoked = revoke(launch);
        // Later after a win, earlier after a loss, so that the trials converge on the moment of the claim.
        delayMs *= isRevoked ? 1.3 : 1 / 1.3;
        revocations += isRevoked ? 1 : 0;

        const report = await driver.report(launch);
        expect(launch.claim).to.include({ owner: isRevoked ? 'revoked' : 'shim' });
        if (isRevoked) {
          expect(report).to.include({ event: 'refused', step: 'claim', errno: EEXIST });
          expect(launch.pid).to.equal(null);
          expect(launch.exit).to.equal(null);
        } else {
          expect(report).to.include({ event: 'launched' });
          expect(await launch.exited()).to.include({ code: 0 });
        }
      }
      expect(revocations, 'races that the revocation won').to.be.within(1, trials - 1);
    });
  });
}
