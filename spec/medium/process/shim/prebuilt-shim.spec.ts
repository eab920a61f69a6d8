import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shimPath } from '../../../support/process/shim-driver.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const SCRIPTS = ['build-shim.js', 'shim-sources.js'];
const USES_IT = 'coredinator: uses the native shim of the package.\n';

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** A package of its own with the shim in it, and what an installation says. */
function shimPackage(): {
  readonly prebuilt: string;
  readonly sources: string;
  readonly built: string;
  readonly install: () => string;
} {
  const root = temporaryFolder();
  const sources = join(root, 'lib/process/shim');
  cpSync(shimPath(''), sources, { recursive: true, filter: (name) => !name.endsWith('/build') });
  mkdirSync(join(root, 'scripts'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  for (const name of SCRIPTS)
    cpSync(fileURLToPath(new URL(`../../../../scripts/${name}`, import.meta.url)), join(root, 'scripts', name));
  return {
    prebuilt: join(sources, 'prebuilt', `coredinator-shim-linux-${process.arch}`),
    sources,
    install: () => {
      const env = { ...process.env, CC: '' };
      return spawnSync(process.execPath, [join(root, 'scripts/build-shim.js')], { encoding: 'utf8', env }).stdout;
    },
    built: join(sources, 'build/coredinator-shim'),
  };
}

describe('a prebuilt shim', function () {
  this.timeout(120_000);

  before(function () {
    if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) this.skip();
  });

  it('is of these sources: run scripts/prebuild-shim.js when they have changed', () => {
    const folder = shimPath('prebuilt');
    const checksums = JSON.parse(readFileSync(join(folder, 'checksums.json'), 'utf8')) as Record<string, string>;
    const module = JSON.stringify(new URL('../../../../scripts/shim-sources.js', import.meta.url).href);
    const program = `import(${module}).then(({ sourcesHash }) => console.log(sourcesHash()))`;
    const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    const { sources, ...binaries } = checksums;
    expect(sources).to.equal(stdout.trim());
    expect(readdirSync(folder).sort()).to.deep.equal(['checksums.json', ...Object.keys(binaries)].sort());
    expect(Object.keys(binaries)).to.have.members(['coredinator-shim-linux-x64', 'coredinator-shim-linux-arm64']);
    for (const [name, checksum] of Object.entries(binaries))
      expect(sha256(join(folder, name)), name).to.equal(checksum);
  });

  it('is static, and knows no path of the machine that built it', () => {
    for (const name of ['coredinator-shim-linux-x64', 'coredinator-shim-linux-arm64']) {
      const bytes = readFileSync(join(shimPath('prebuilt'), name));
      expect(bytes.includes('/ld-musl'), name).to.equal(false);
      expect(bytes.includes('process/shim'), name).to.equal(false);
      expect(bytes.length, name).to.be.below(100 * 1024);
    }
  });

  it('is installed as it is', () => {
    const { prebuilt, install, built } = shimPackage();
    expect(install()).to.equal(USES_IT);
    expect(sha256(built)).to.equal(sha256(prebuilt));
    expect(install()).to.equal('');
  });

  it('is not used if the sources have changed', () => {
    const { prebuilt, sources, install, built } = shimPackage();
    appendFileSync(join(sources, 'main.c'), '\nconst char changed[] = "changed";\n');
    expect(install()).to.match(/^coredinator: built the native shim \(.+\)\.\n$/);
    expect(sha256(built)).not.to.equal(sha256(prebuilt));
  });

  it('is not used if it is damaged', () => {
    const { prebuilt, install, built } = shimPackage();
    appendFileSync(prebuilt, 'more');
    expect(install()).to.match(/^coredinator: built the native shim \(.+\)\.\n$/);
    expect(sha256(built)).not.to.equal(sha256(prebuilt));
  });

  it('is not used if it does not run here', () => {
    const { prebuilt, sources, install, built } = shimPackage();
    const file = join(sources, 'prebuilt/checksums.json');
    const checksums = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    writeFileSync(prebuilt, '#!/bin/sh\nexit 1\n');
    const name = `coredinator-shim-linux-${process.arch}`;
    writeFileSync(file, JSON.stringify({ ...checksums, [name]: sha256(prebuilt) }));
    expect(install()).to.match(/^coredinator: built the native shim \(.+\)\.\n$/);
    expect(sha256(built)).not.to.equal(sha256(prebuilt));
    expect(readdirSync(join(sources, 'build')).sort()).to.deep.equal(['coredinator-shim', 'source-hash']);
  });
});
