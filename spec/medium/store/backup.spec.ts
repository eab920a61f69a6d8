import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupError, backUp, restoreBackup } from '../../../lib/store/backup.ts';
import { identified } from '../../support/process/identified.ts';
import { closeStores, openedStore } from '../../support/store/opened-store.ts';
import { journalEntry } from '../../support/store/store-contract.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const CONTEXT = { bootId: 'boot-1', now: 0 };

describe('a backup of a state directory', () => {
  let root: string;
  let stateDir: string;
  let archive: string;

  beforeEach(() => {
    root = temporaryFolder();
    stateDir = join(root, 'state');
    archive = join(root, 'backup.tar.gz');
    mkdirSync(join(stateDir, 'logs', 'pump'), { recursive: true });
    writeFileSync(join(stateDir, 'logs', 'pump', '1.stdout'), 'a line\n');
  });

  afterEach(closeStores);

  const refusal = (action: Promise<unknown>): Promise<unknown> => action.catch((error: unknown) => error);

  it('is made while the database is open, and a directory restored from it knows what it is', async () => {
    const { instanceId } = await identified(stateDir, CONTEXT);
    const { actors } = await openedStore({ file: join(stateDir, 'coredinator.db') });
    await actors.commitActors({ upserts: [], removals: [], journal: [journalEntry(1)], updatedAt: 0 });
    await backUp(stateDir, archive, 1_000);
    expect(statSync(archive).mode & 0o777).to.equal(0o600);
    await actors.commitActors({ upserts: [], removals: [], journal: [journalEntry(2)], updatedAt: 0 });

    const restored = join(root, 'restored');
    await restoreBackup(archive, restored);
    expect(statSync(restored).mode & 0o777).to.equal(0o700);
    expect(readFileSync(join(restored, 'logs/pump/1.stdout'), 'utf8')).to.equal('a line\n');
    const found = await identified(restored, CONTEXT);
    const backedUpAt = '1970-01-01T00:00:01.000Z';
    expect(found).to.deep.include({ relation: 'copy', original: { instanceId, stateDir, backedUpAt } });
    const copy = await openedStore({ file: join(restored, 'coredinator.db') });
    expect(await copy.actors.lastSeq()).to.equal(1);
  });

  it('overwrites no file, and says what is not a state directory', async () => {
    writeFileSync(archive, 'precious');
    expect(String(await refusal(backUp(stateDir, archive, 0)))).to.contain('already exists');
    expect(readFileSync(archive, 'utf8')).to.equal('precious');
    const other = await refusal(backUp(root, join(root, 'other.tar.gz'), 0));
    expect(other).to.be.instanceOf(BackupError);
    expect(String(other)).to.contain('is not the state directory of a host');
  });

  it('is restored over nothing that is there, and nothing else is taken for one', async () => {
    writeFileSync(archive, 'no archive');
    const target = join(root, 'target');
    expect(String(await refusal(restoreBackup(archive, target)))).to.contain('is not a backup');
    expect(String(await refusal(restoreBackup(join(root, 'none'), target)))).to.contain('does not exist');
    expect(String(await refusal(restoreBackup(archive, stateDir)))).to.contain('is not empty');
    expect(existsSync(target)).to.equal(false);
  });
});
