import { expect } from 'chai';
import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { watchFolder } from '../../../lib/logs/folder-watch.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('a watched folder', () => {
  const NOTHING = { changed: () => undefined, lost: () => undefined };

  it('reports what is added, and that another folder has its name', async () => {
    const folder = join(temporaryFolder(), 'logs');
    mkdirSync(folder);
    const added: (string | null)[] = [];
    let lost = 0;
    const watcher = watchFolder(folder, { changed: (name) => added.push(name), lost: () => (lost += 1) });
    mkdirSync(join(folder, 'a'));
    await eventually(() => expect(added).to.include('a'));
    expect(lost).to.equal(0);
    renameSync(folder, `${folder}.old`);
    mkdirSync(folder);
    await eventually(() => expect(lost).to.be.greaterThan(0));
    watcher?.close();
  });

  it('is none if it is not there, or its path cannot be followed', () => {
    const folder = temporaryFolder();
    symlinkSync('loop', join(folder, 'loop'));
    expect(watchFolder(join(folder, 'missing'), NOTHING)).to.equal(null);
    expect(watchFolder(join(folder, 'loop', 'logs'), NOTHING)).to.equal(null);
  });
});
