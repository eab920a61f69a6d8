import { expect } from 'chai';
import {
  compareReleases,
  isInRange,
  isVersionRange,
  parseRelease,
  platformWord,
  type Build,
  type Release,
} from '../../../lib/model/policy/version.ts';

type Row = readonly [fileName: string, build: Build | null, version?: string, devNumber?: number];

function itReads(platform: string, rows: readonly Row[]): void {
  for (const [fileName, build, version = null, devNumber = null] of rows) {
    it(`reads ${fileName} on ${platform} as ${build === null ? 'nothing' : [build, version, devNumber].join(' ')}`, () => {
      const release = parseRelease(fileName, 'corerl', platform);
      const name = platform === 'windows' ? fileName.slice(0, -4) : fileName;
      expect(release).to.deep.equal(build === null ? null : { name, build, version, devNumber });
    });
  }
}

function release(name: string): Release {
  const parsed = parseRelease(name, 'corerl', 'linux');
  if (parsed === null) throw new Error(`${name} is no release`);
  return parsed;
}

describe('a file name', () => {
  itReads('linux', [
    ['corerl', 'plain'],
    ['corerl-1.2.3', 'stable', '1.2.3'],
    ['corerl-0.0.0', 'stable', '0.0.0'],
    ['corerl-1.2.3+build.7', 'stable', '1.2.3+build.7'],
    ['corerl-1.2.0-rc.1', 'development', '1.2.0-rc.1'],
    ['linux-corerl-v1.2.3', 'stable', '1.2.3'],
    ['linux-corerl-v1.2.3-beta', 'development', '1.2.3-beta'],
    ['linux-corerl-dev7-v1.2.3', 'development', '1.2.3', 7],
    ['linux-corerl-dev007-v1.2.3', 'development', '1.2.3', 7],
    ['linux-corerl-dev7-v1.2.3-rc.1', 'development', '1.2.3-rc.1', 7],
    ['corerl-1.2.3.sha256', 'unknown'],
    ['corerl-1.2', 'unknown'],
    ['corerl-v1.2.3', 'unknown'],
    ['corerl-=1.2.3', 'unknown'],
    ['corerl- 1.2.3', 'unknown'],
    ['corerl-1.2.3 ', 'unknown'],
    ['corerl-01.2.3', 'unknown'],
    ['corerl-dev7-v1.2.3', 'unknown'],
    ['corerl-extra', 'unknown'],
    ['corerl-extra-1.0.0', 'unknown'],
    ['corerl-', null],
    ['corerl.exe', null],
    ['corerl1.2.3', null],
    ['Corerl-1.2.3', null],
    ['mycorerl-1.2.3', null],
    ['coreio-1.2.3', null],
    ['', null],
    ['linux-corerl', null],
    ['linux-corerl-1.2.3', null],
    ['linux-corerl-v1.2', null],
    ['linux-corerl-vv1.2.3', null],
    ['linux-corerl-v1.2.3.sha256', null],
    ['linux-corerl-dev-v1.2.3', null],
    ['linux-corerl-dev7-1.2.3', null],
    ['windows-corerl-v1.2.3', null],
    ['darwin-corerl-dev7-v1.2.3', null],
    ['linux-coreio-v1.2.3', null],
  ]);
  itReads('darwin', [
    ['darwin-corerl-v1.2.3', 'stable', '1.2.3'],
    ['linux-corerl-v1.2.3', null],
    ['corerl-1.2.3', 'stable', '1.2.3'],
  ]);
  itReads('windows', [
    ['corerl.exe', 'plain'],
    ['corerl-1.2.3.exe', 'stable', '1.2.3'],
    ['corerl-1.2.3.EXE', 'stable', '1.2.3'],
    ['windows-corerl-dev7-v1.2.3.exe', 'development', '1.2.3', 7],
    ['linux-corerl-v1.2.3.exe', null],
    ['corerl-1.2.3', null],
    ['corerl-1.2.3.sha256', null],
  ]);

  it('takes the wanted name as text, not as a pattern', () => {
    expect(parseRelease('coreXrl-1.0.0', 'core.rl', 'linux')).to.be.null;
    expect(parseRelease('core.rl-1.0.0', 'core.rl', 'linux')).to.include({ version: '1.0.0' });
  });

  it('names the platform in the words of the contract', () => {
    expect(['linux', 'darwin', 'win32', 'freebsd'].map(platformWord)).to.deep.equal([
      'linux',
      'darwin',
      'windows',
      'freebsd',
    ]);
  });
});

describe('the choice between releases', () => {
  it('goes from the newest stable one down to names with other text', () => {
    const best = [
      'corerl-10.0.0',
      'linux-corerl-v9.1.0',
      'corerl-9.0.0',
      'corerl-11.0.0-rc.1',
      'linux-corerl-dev2-v11.0.0-rc.1',
      'linux-corerl-dev10-v10.5.0',
      'linux-corerl-dev9-v10.5.0',
      'linux-corerl-dev99-v1.0.0',
      'corerl',
      'corerl-build10',
      'corerl-build9',
      'corerl-1.2.3.sha256',
    ];
    const shuffled = [...best].sort((a, b) => (a.slice(-3) < b.slice(-3) ? -1 : 1)).reverse();
    expect(
      shuffled
        .map(release)
        .sort(compareReleases)
        .map(({ name }) => name),
    ).to.deep.equal(best);
  });

  it('does not depend on the form of the name', () => {
    expect(compareReleases(release('linux-corerl-v1.0.0'), release('corerl-1.0.0'))).to.equal(0);
    expect(compareReleases(release('corerl-1.0.0+a'), release('corerl-1.0.0+b'))).to.not.equal(0);
  });

  it('is the same whichever of two comes first', () => {
    const names = ['corerl-1.0.0', 'corerl-1.0.0+b', 'linux-corerl-v1.0.0', 'corerl', 'corerl-x', 'corerl-1.0.0-rc.1'];
    for (const a of names.map(release)) {
      for (const b of names.map(release)) {
        expect(Math.sign(compareReleases(a, b)), `${a.name} ${b.name}`).to.equal(-Math.sign(compareReleases(b, a)) + 0);
      }
    }
  });
});

describe('a version range', () => {
  const inRange = (name: string, range: string | null): boolean => isInRange(release(name), range);

  it('holds the versions that semver says', () => {
    expect(inRange('corerl-1.4.0', '^1.2')).to.be.true;
    expect(inRange('corerl-2.0.0', '^1.2')).to.be.false;
    expect(inRange('linux-corerl-dev3-v1.4.0', '^1.2')).to.be.true;
    expect(inRange('corerl-1.2.3', '1.2.3')).to.be.true;
    expect(inRange('corerl-1.2.4', '1.2.3')).to.be.false;
  });

  it('holds a prerelease only when it names one', () => {
    expect(inRange('corerl-1.4.0-rc.1', '^1.2')).to.be.false;
    expect(inRange('corerl-1.4.0-rc.1', '1.4.0-rc.1')).to.be.true;
  });

  it('never holds a name without a version', () => {
    expect(inRange('corerl', '*')).to.be.false;
    expect(inRange('corerl-extra', '*')).to.be.false;
  });

  it('that is absent holds everything', () => {
    expect(inRange('corerl', null)).to.be.true;
    expect(inRange('corerl-1.4.0-rc.1', null)).to.be.true;
  });

  it('is recognised', () => {
    expect(['1.2.3', '^1', '>=1 <3', '1 || 2', '*'].every(isVersionRange)).to.be.true;
    expect(['latest', '1.2.3.4', '^^1'].some(isVersionRange)).to.be.false;
  });
});
