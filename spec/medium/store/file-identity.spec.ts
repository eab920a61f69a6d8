import { expect } from 'chai';
import { mkdirSync, renameSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeOf, identityNow, identityOf, knownAt, type FileIdentity } from '../../../lib/store/file-identity.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const CREATED = 1_000n;
const known: FileIdentity = { device: 1n, inode: 7n, birthtime: CREATED, changedAt: 2_000n, size: 1, links: 1 };

const REMOVED = 'was removed, renamed or unmounted';

/** The results of both checks. */
async function changesAt(path: string, identity: FileIdentity): Promise<(string | null)[]> {
  return [changeOf(await identityOf(path), identity), changeOf(identityNow(path), identity)];
}

describe('a known file', () => {
  it('is the same after it was written to', () => {
    expect(changeOf({ ...known, changedAt: 3_000n, size: 99 }, known)).to.equal(null);
  });

  for (const [what, found] of [
    ['of another inode', { ...known, inode: 8n }],
    ['on another device', { ...known, device: 2n }],
    ['of an inode that was given again', { ...known, birthtime: 5_000n, changedAt: 6_000n }],
    ['of an inode that was given again, and untouched since', { ...known, birthtime: 5_000n, changedAt: 5_000n }],
  ] as const) {
    it(`was replaced by one ${what}`, () => {
      expect(changeOf(found, known)).to.equal('was replaced by another one');
    });
  }

  it('is the same if the file system has no birth times, for which Node returns the change time', () => {
    const then = { ...known, birthtime: 2_000n, changedAt: 2_000n };
    expect(changeOf({ ...known, birthtime: 9_000n, changedAt: 9_000n }, then)).to.equal(null);
  });

  it('was removed if nothing, or no folder, is at its path', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a');
    mkdirSync(path);
    const identity = await knownAt(path);
    expect(await changesAt(path, identity)).to.deep.equal([null, null]);
    rmdirSync(path);
    expect(await changesAt(path, identity)).to.deep.equal([REMOVED, REMOVED]);
    renameSync(folder, `${folder}.away`);
    writeFileSync(folder, '');
    expect(await changesAt(path, identity)).to.deep.equal([REMOVED, REMOVED]);
    renameSync(`${folder}.away`, `${folder}.back`);
  });

  it('cannot be checked, with the reason, if the system reports neither that it exists nor that it is missing', async () => {
    const path = join(temporaryFolder(), 'loop');
    symlinkSync(path, path);
    for (const change of await changesAt(path, known)) expect(change).to.match(/^cannot be checked: .*ELOOP/);
  });

  it('cannot be known if it is missing', async () => {
    const path = join(temporaryFolder(), 'nothing');
    const error = await knownAt(path).catch((reason: unknown) => reason);
    expect(String(error)).to.contain(path).and.contain('was removed');
  });
});
