import { expect } from 'chai';
import { Claimants, type OwnInstance } from '../../../lib/process/adopt/claimants.ts';

const OWN: OwnInstance = {
  instanceId: 'ours',
  basePath: '/plant',
  stateDir: '/plant/.coredinator',
  instanceAt: (stateDir) => ({ '/plant/.coredinator': 'ours', '/var/b': 'b' })[stateDir] ?? null,
};

describe('whose a tagged process is', () => {
  const at = (basePath: string | null, stateDir: string | null, files: readonly string[] = []) => ({
    ...{ basePath, stateDir, files },
  });

  for (const [what, instanceId, origin, claimant] of [
    ['of this instance', 'ours', at('/elsewhere', null), 'ours'],
    ['of an earlier instance of this state directory', 'a', at('/plant', '/plant/.coredinator'), 'abandoned'],
    ['of a state directory that is gone', 'a', at('/plant', '/var/a'), 'abandoned'],
    ['of another instance on the same base path', 'b', at('/plant', '/var/b'), 'theirs'],
    ['of a state directory that another instance has taken', 'a', at('/plant', '/var/b'), 'abandoned'],
    ['of another base path', 'a', at('/other', '/other/.coredinator'), 'theirs'],
    ['of 0.1.0, with its program below the base path', 'a', at(null, null, ['/plant/corerl-1.0.0']), 'abandoned'],
    ['of 0.1.0, with its program elsewhere', 'a', at(null, null, ['/plants/corerl-1.0.0']), 'theirs'],
    ['of 0.1.0, whose state directory is still there', 'b', at(null, '/var/b', ['/plant/corerl']), 'theirs'],
  ] as const) {
    it(`is known: ${what}`, () => {
      expect(new Claimants(OWN).of({ instanceId, origin })).to.equal(claimant);
    });
  }
});
