import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { createCatalog } from '../../../lib/config/catalog.ts';
import { platformWord } from '../../../lib/model/policy/version.ts';
import type { Catalog, Fallback } from '../../../lib/ports/catalog.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const PLATFORM = platformWord(process.platform);
const OTHER_PLATFORM = PLATFORM === 'linux' ? 'darwin' : 'linux';

describe('the catalog', () => {
  let base: string;
  let catalog: Catalog;

  beforeEach(() => {
    base = temporaryFolder();
    catalog = createCatalog({ basePath: base, exclude: ['.coredinator'], pollMs: 5 });
  });

  function put(name: string, mode = 0o755, folder = base): string {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, name);
    chmodSync(path, mode);
    return path;
  }

  async function found(
    version: string | null = null,
  ): Promise<{ readonly path: string; readonly version: string | null }> {
    const choice = await catalog.choose({ executable: 'corerl', version });
    if (choice.type === 'missing') throw new Error(choice.reason);
    return { path: choice.executable.path, version: choice.executable.version };
  }

  async function fingerprint(): Promise<string> {
    const choice = await catalog.choose({ executable: 'corerl', version: null });
    if (choice.type === 'missing') throw new Error(choice.reason);
    return choice.executable.fingerprint;
  }

  async function reason(version: string | null = null): Promise<string> {
    const choice = await catalog.choose({ executable: 'corerl', version });
    return choice.type === 'missing' ? choice.reason : `found ${choice.executable.path}`;
  }

  describe('knows the versions that there are', () => {
    it('best first, each with the file that a launch of that version would run', async () => {
      put('corerl');
      put('corerl-latest');
      put('corerl-1.9.0');
      put('old/corerl-1.9.0');
      const newest = put(`a/${PLATFORM}-corerl-v1.10.0`);
      put('corerl-2.0.0', 0o644);
      const candidate = put('corerl-2.1.0-rc.1');
      expect(await catalog.versions('corerl')).to.deep.equal([
        { version: '1.10.0', path: newest },
        { version: '1.9.0', path: join(base, 'corerl-1.9.0') },
        { version: '2.1.0-rc.1', path: candidate },
      ]);
      for (const { version, path } of await catalog.versions('corerl')) {
        expect(await found(version)).to.deep.equal({ version, path });
      }
      expect(await catalog.versions('coreio')).to.deep.equal([]);
    });

    it('of an executable that is given by its path: that of the file', async () => {
      const file = put('releases/corerl-1.9.0');
      mkdirSync(join(base, 'current'));
      symlinkSync(file, join(base, 'current/corerl'));
      put('other/corerl');
      expect(await catalog.versions('current/corerl')).to.deep.equal([{ version: '1.9.0', path: file }]);
      expect(await catalog.versions('other/corerl')).to.deep.equal([]);
      expect(await catalog.versions('no/corerl')).to.deep.equal([]);
    });
  });

  describe('chooses', () => {
    it('the newest stable release, wherever it is', async () => {
      put('corerl');
      put('corerl-1.9.0');
      put('old/corerl-1.2.0');
      put(`${PLATFORM}-corerl-dev9-v3.0.0`);
      const best = put(`a/b/c/${PLATFORM}-corerl-v1.10.0`);
      put(`${OTHER_PLATFORM}-corerl-v9.0.0`);
      put('corerl-2.0.0-rc.1');
      put('coreio-5.0.0');
      expect(await found()).to.deep.equal({ path: best, version: '1.10.0' });
    });

    it('a development build only if no stable release can run', async () => {
      const development = put(`${PLATFORM}-corerl-dev2-v1.0.0`);
      put('corerl');
      expect(await found()).to.deep.equal({ path: development, version: '1.0.0' });
      const stable = put('corerl-0.1.0', 0o644);
      expect(await found()).to.include({ path: development });
      chmodSync(stable, 0o755);
      expect(await found()).to.include({ path: stable });
    });

    it('the bare name before other text, and either without a version', async () => {
      const other = put('corerl-nightly');
      expect(await found()).to.deep.equal({ path: other, version: null });
      const plain = put('corerl');
      expect(await found()).to.deep.equal({ path: plain, version: null });
    });

    it('no checksum beside the release', async () => {
      const release = put('corerl-1.2.3');
      put('corerl-1.2.3.sha256', 0o644);
      put('corerl-9.9.9.sha256', 0o755);
      expect(await found()).to.include({ path: release });
    });

    it('a version in the range', async () => {
      const old = put('corerl-1.4.0');
      put('corerl-2.0.0');
      put('corerl');
      expect(await found('^1.2')).to.deep.equal({ path: old, version: '1.4.0' });
      expect(await reason('^3')).to.equal(
        `No executable "corerl" in the version range "^3" below ${base}; found corerl-2.0.0, corerl-1.4.0, corerl.`,
      );
    });

    it('of files of the same version the nearest to the base path, whatever their names', async () => {
      const nearest = put('z/corerl-1.0.0');
      put(`a/backup/${PLATFORM}-corerl-v1.0.0`);
      put('b/backup/old/corerl-1.0.0');
      expect(await found()).to.include({ path: nearest });
      put('corerl-0.9.0');
      expect(await found()).to.include({ path: nearest });
      const choice = await catalog.choose({ executable: 'corerl', version: null });
      expect(choice).to.not.have.nested.property('executable.twins');
    });

    it('of files of the same version at the same depth the first by name, and names the others', async () => {
      const other = put('b/corerl-1.0.0');
      const first = put('a/corerl-1.0.0');
      const third = put(`c/${PLATFORM}-corerl-v1.0.0`);
      put('d/corerl-1.0.0', 0o644);
      symlinkSync('../a/corerl-1.0.0', join(base, 'c/corerl-1.0.0'));
      put('e/f/corerl-1.0.0');
      const choice = await catalog.choose({ executable: 'corerl', version: null });
      expect(choice).to.deep.include({ type: 'found' });
      expect(choice).to.have.nested.property('executable.path', first);
      expect(choice).to.have.deep.nested.property('executable.twins', [other, third]);
    });

    it('again at each call', async () => {
      const first = put('corerl-1.0.0');
      expect(await found()).to.include({ path: first });
      const second = put('corerl-1.1.0');
      expect(await found()).to.include({ path: second });
      rmSync(second);
      expect(await found()).to.include({ path: first });
    });

    it('for simultaneous callers', async () => {
      const [rl, io] = [put('corerl-1.0.0'), put('coreio-1.0.0')];
      const names = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 'corerl' : 'coreio'));
      const choices = await Promise.all(names.map((executable) => catalog.choose({ executable, version: null })));
      const paths = choices.map((choice) => (choice.type === 'found' ? choice.executable.path : choice.reason));
      expect(paths).to.deep.equal(names.map((name) => (name === 'corerl' ? rl : io)));
    });

    it('a file that appeared just before the call, although another scan is running', async () => {
      for (let index = 0; index < 40; index += 1) mkdirSync(join(base, `folder${index}`));
      for (let round = 1; round <= 20; round += 1) {
        const earlier = catalog.choose({ executable: 'corerl', version: null });
        for (let turns = round % 5; turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
        const path = put(`folder0/corerl-1.0.${round}`);
        expect(await found()).to.include({ path });
        await earlier;
      }
    });
  });

  describe('with a fallback', () => {
    const chosen = async (fallback: Fallback, version: string | null = null): Promise<string> => {
      const choice = await catalog.choose({ executable: 'corerl', version, fallback });
      return choice.type === 'found' ? choice.executable.path : choice.reason;
    };

    it('chooses the last good file for as long as the best one is rejected', async () => {
      const stable = put('corerl-1.0.0');
      put('corerl-1.5.0');
      const rejected = put('corerl-2.0.0');
      const fallback = { rejected: await fingerprint(), lastGoodPath: stable };
      expect(await chosen(fallback)).to.equal(stable);
      chmodSync(rejected, 0o700);
      expect(await chosen(fallback)).to.equal(rejected);
    });

    it('chooses a release that is newer than the rejected one', async () => {
      const stable = put('corerl-1.0.0');
      put('corerl-2.0.0');
      const fallback = { rejected: await fingerprint(), lastGoodPath: stable };
      const newer = put('corerl-2.0.1');
      expect(await chosen(fallback)).to.equal(newer);
    });

    it('chooses the next best if the stable one is gone, cannot run or is out of the range', async () => {
      const stable = put('corerl-1.0.0');
      const next = put('corerl-1.5.0');
      put('corerl-2.0.0');
      const fallback = { rejected: await fingerprint(), lastGoodPath: stable };
      expect(await chosen(fallback, '>=1.2')).to.equal(next);
      chmodSync(stable, 0o644);
      expect(await chosen(fallback)).to.equal(next);
      rmSync(stable);
      expect(await chosen(fallback)).to.equal(next);
    });

    it('chooses the rejected file if there is no other', async () => {
      const only = put('corerl-2.0.0');
      expect(await chosen({ rejected: await fingerprint(), lastGoodPath: join(base, 'gone') })).to.equal(only);
    });

    it('does not affect callers without one', async () => {
      const stable = put('corerl-1.0.0');
      const best = put('corerl-2.0.0');
      const fallback = { rejected: await fingerprint(), lastGoodPath: stable };
      expect(await Promise.all([chosen(fallback), found()])).to.deep.equal([stable, { path: best, version: '2.0.0' }]);
    });
  });

  it('looks at what it chose before again, each time', async () => {
    const stable = put('corerl-1.0.0');
    const best = put('corerl-2.0.0');
    expect(await found()).to.have.property('path', best);
    const before = await fingerprint();
    renameSync(put('new'), best);
    expect(await fingerprint()).not.to.equal(before);
    chmodSync(best, 0o644);
    expect(await found()).to.have.property('path', stable);
    chmodSync(best, 0o755);
    const all = await Promise.all([found(), found('<2'), found()]);
    expect(all.map(({ path }) => path)).to.deep.equal([best, stable, best]);
    rmSync(best);
    expect(await found()).to.have.property('path', stable);
  });

  describe('does not look', () => {
    it('into node_modules, hidden folders and what is excluded', async () => {
      catalog = createCatalog({ basePath: base, exclude: ['state'] });
      for (const folder of [
        'node_modules/x',
        'a/node_modules',
        '.git',
        'a/.snapshot/daily',
        '.coredinator/run',
        'state',
      ])
        put(`${folder}/corerl-1.0.0`);
      expect(await reason()).to.contain('No executable "corerl"');
      const path = put('a/state/corerl-1.0.0');
      expect(await found()).to.include({ path });
    });

    it('links to folders', async () => {
      const outside = temporaryFolder();
      put('corerl-2.0.0', 0o755, outside);
      symlinkSync(outside, join(base, 'outside'));
      symlinkSync(base, join(base, 'circle'));
      const path = put('corerl-1.0.0');
      expect(await found()).to.include({ path });
    });

    it('a link that leads out of the base path', async () => {
      const target = put('corerl-2.0.0', 0o755, temporaryFolder());
      symlinkSync(target, join(base, 'corerl-3.0.0'));
      expect(await reason()).to.contain(
        `"${join(base, 'corerl-3.0.0')}" leads to "${target}", outside of the base path; allow its folder with --executable-root`,
      );
    });
  });

  describe('follows', () => {
    it('a link to a file below the base path, by the name of the link, and returns its target', async () => {
      const first = put('store/8f3a');
      const link = join(base, 'corerl-1.0.0');
      symlinkSync(join('store', '8f3a'), link);
      const chosen = await found();
      expect(chosen).to.deep.equal({ path: first, version: '1.0.0' });

      // Another target is another choice.
      rmSync(link);
      symlinkSync(put('corerl-x', 0o755, temporaryFolder()), link);
      expect(chosen.path).to.equal(first);
      expect(await reason()).to.contain('outside of the base path');
    });

    it('a link when it falls back, and distinguishes it from its target', async () => {
      const stable = put('store/stable');
      symlinkSync(stable, join(base, 'corerl-1.0.0'));
      put('corerl-1.5.0');
      put('corerl-2.0.0');
      const fallback = { rejected: await fingerprint(), lastGoodPath: stable };
      const choice = await catalog.choose({ executable: 'corerl', version: null, fallback });
      expect(choice).to.have.nested.property('executable.path', stable);
    });

    it('a link into an executable root, and no other', async () => {
      const [root, elsewhere] = [temporaryFolder(), temporaryFolder()];
      catalog = createCatalog({ basePath: base, exclude: [], roots: [join(base, 'gone'), root] });
      const path = put('store/corerl', 0o755, root);
      symlinkSync(path, join(base, 'corerl-2.0.0'));
      symlinkSync(put('corerl', 0o755, elsewhere), join(base, 'corerl-3.0.0'));
      expect(await found()).to.deep.equal({ path, version: '2.0.0' });
    });

    it('a base path that is itself a link', async () => {
      put('store/x');
      symlinkSync('store/x', join(base, 'corerl-1.0.0'));
      const link = join(temporaryFolder(), 'base');
      symlinkSync(base, link);
      catalog = createCatalog({ basePath: link, exclude: [] });
      expect(await found()).to.include({ path: join(base, 'store/x') });
    });
  });

  describe('given a path', () => {
    const chosen = (executable: string, version: string | null = null) => catalog.choose({ executable, version });

    it('chooses only that file, and follows links again at each call', async () => {
      const [one, two] = [put('releases/1/bin/corerl'), put('releases/2/bin/corerl-2.0.0')];
      put('corerl-9.0.0');
      symlinkSync('corerl-2.0.0', join(base, 'releases/2/bin/corerl'));
      symlinkSync('releases/1', join(base, 'current'));
      expect(await chosen('current/bin/corerl')).to.have.nested.property('executable.path', one);
      rmSync(join(base, 'current'));
      symlinkSync('releases/2', join(base, 'current'));
      const second = await chosen('current/bin/corerl');
      expect(second).to.deep.nested.include({ 'executable.path': two, 'executable.version': '2.0.0' });
      expect(await chosen('./corerl')).to.deep.equal({
        type: 'missing',
        reason: `The executable "${join(base, 'corerl')}" is a broken link or no longer exists.`,
      });
    });

    it('does not leave the base path, but for an executable root', async () => {
      const root = temporaryFolder();
      const path = put('2/corerl', 0o755, root);
      symlinkSync(join(root, '2'), join(base, 'current'));
      expect(await chosen('current/corerl'))
        .to.have.property('reason')
        .that.contains('outside of the base path; allow its folder with --executable-root');
      catalog = createCatalog({ basePath: base, exclude: [], roots: [root] });
      expect(await chosen('current/corerl')).to.have.nested.property('executable.path', path);
    });

    it('says that the file cannot be run, or does not have the version that is asked for', async () => {
      const path = put('bin/corerl', 0o644);
      expect(await chosen('bin/corerl'))
        .to.have.property('reason')
        .that.contains('not executable; run chmod +x');
      chmodSync(path, 0o755);
      expect(await chosen('bin/corerl', '^1')).to.deep.equal({
        type: 'missing',
        reason: `The executable "${path}" has a name without a version, which is not in the version range "^1".`,
      });
      rmSync(path);
      symlinkSync(put('store/corerl-2.0.0'), path);
      expect(await chosen('bin/corerl', '^1'))
        .to.have.property('reason')
        .that.contains('has version 2.0.0, which is');
      expect(await chosen('bin/corerl', '^2')).to.have.property('type', 'found');
    });

    it('awaits the file', async () => {
      const waiting = catalog.awaitOther(
        { executable: 'bin/corerl', version: null },
        null,
        new AbortController().signal,
      );
      const path = put('bin/corerl');
      expect(await waiting).to.include({ path });
    });
  });

  describe('warns', () => {
    const warned: unknown[] = [];
    const silent = (): void => undefined;

    beforeEach(() => {
      warned.length = 0;
      const warn = (fields: object): void => void warned.push(fields);
      catalog = createCatalog({
        basePath: base,
        exclude: [],
        log: { debug: silent, info: silent, warn, error: silent },
      });
    });

    it('once about a chosen file that any user can replace, but about no other', async () => {
      put('corerl-1.0.0', 0o777);
      const path = put('corerl-2.0.0', 0o757);
      await found();
      await found();
      expect(warned).to.deep.equal([{ path }]);
    });

    it('once of files of the same version at the same depth', async () => {
      const [path, twin] = [put('corerl-1.0.0'), put(`${PLATFORM}-corerl-v1.0.0`)];
      await found();
      await found();
      expect(warned).to.deep.equal([{ path, twins: [twin] }]);
    });

    it('of a file in a folder that any user can write to, unless its files are their owners’', async () => {
      const path = put('open/corerl-1.0.0');
      chmodSync(join(base, 'open'), 0o1777);
      await found();
      expect(warned).to.deep.equal([]);
      chmodSync(join(base, 'open'), 0o777);
      await found();
      expect(warned).to.deep.equal([{ path }]);
    });
  });

  describe('says that', () => {
    it('there is nothing, and which names match', async () => {
      put('corerlx');
      expect(await reason()).to.equal(
        `No executable "corerl" below ${base}; matching names are corerl-1.2.3, ${PLATFORM}-corerl-v1.2.3, ` +
          `${PLATFORM}-corerl-dev4-v1.2.3 and corerl.`,
      );
    });

    it('a matching file is not executable', async () => {
      const path = put('corerl-1.0.0', 0o644);
      expect(await reason()).to.equal(
        `No executable "corerl" below ${base}: "${path}" is not executable; run chmod +x on it.`,
      );
    });

    it('a matching name is not a file', async () => {
      mkdirSync(join(base, 'corerl'));
      expect(await reason()).to.contain('matching names');
      symlinkSync('corerl', join(base, 'corerl-1.0.0'));
      expect(await reason()).to.contain(`"${join(base, 'corerl-1.0.0')}" is not a file`);
      symlinkSync('nowhere', join(base, 'corerl-2.0.0'));
      expect(await reason()).to.contain(`"${join(base, 'corerl-2.0.0')}" is a broken link or no longer exists`);
    });

    it('the base path cannot be read', async () => {
      rmSync(base, { recursive: true });
      expect(await reason()).to.contain(`unreadable: "${base}" (ENOENT)`);
    });
  });

  describe('has a fingerprint that', () => {
    it('does not change while the file does not change', async () => {
      put('corerl');
      expect(await fingerprint()).to.equal(await fingerprint());
    });

    it('changes with content, time, mode and inode', async () => {
      const path = put('corerl');
      const seen = [await fingerprint()];
      writeFileSync(path, 'longer than before');
      utimesSync(path, 1, 1);
      seen.push(await fingerprint());
      utimesSync(path, 2, 2);
      seen.push(await fingerprint());
      chmodSync(path, 0o700);
      seen.push(await fingerprint());
      const copy = put('copy');
      writeFileSync(copy, 'longer than before');
      chmodSync(copy, 0o700);
      utimesSync(copy, 2, 2);
      renameSync(copy, path);
      seen.push(await fingerprint());
      expect(new Set(seen).size).to.equal(seen.length);
    });
  });

  describe('awaits', () => {
    const query = { executable: 'corerl', version: null };

    it('the first executable, at once if there is one', async () => {
      const path = put('corerl');
      expect(await catalog.awaitOther(query, null, new AbortController().signal)).to.include({ path });
    });

    it('an executable that appears later, for all callers', async () => {
      const waiting = Array.from({ length: 50 }, () => catalog.awaitOther(query, null, new AbortController().signal));
      await catalog.choose(query);
      const path = put('corerl');
      for (const executable of await Promise.all(waiting)) expect(executable).to.include({ path });
    });

    it('a file other than the refused one', async () => {
      const path = put('corerl');
      const refused = await fingerprint();
      let settled = false;
      const waiting = catalog.awaitOther(query, refused, new AbortController().signal).finally(() => (settled = true));
      for (let looks = 0; looks < 3; looks += 1) await catalog.choose(query);
      expect(settled).to.be.false;
      chmodSync(path, 0o700);
      const other = await waiting;
      expect(other).to.include({ path });
      expect(other.fingerprint).to.not.equal(refused);
    });

    it('no longer once it is aborted, and says why', async () => {
      const reasons: unknown[] = [];
      const [before, during] = [new AbortController(), new AbortController()];
      before.abort(new Error('before'));
      const waits = [before, during].map(({ signal }) =>
        catalog.awaitOther(query, null, signal).catch((error: unknown) => reasons.push(error)),
      );
      await catalog.choose(query);
      during.abort(new Error('during'));
      await Promise.all(waits);
      expect(reasons).to.deep.equal([before.signal.reason, during.signal.reason]);
      put('corerl');
      expect(reasons).to.have.length(2);
    });
  });
});
