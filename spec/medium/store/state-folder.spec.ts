import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { prepareStateFolder, StateFolderError } from '../../../lib/store/state-folder.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('The state directory', () => {
  let folder: string;
  let warnings: unknown[];

  beforeEach(() => {
    folder = join(temporaryFolder(), 'state');
    warnings = [];
  });

  function prepare(): Promise<void> {
    const silent = (): void => undefined;
    return prepareStateFolder(folder, {
      debug: silent,
      info: silent,
      warn: (fields) => void warnings.push(fields),
      error: silent,
    });
  }

  function mode(): string {
    return (statSync(folder).mode & 0o777).toString(8);
  }

  it('is created for its owner only, with missing parent folders', async () => {
    folder = join(folder, 'deep');
    await prepare();
    expect(mode()).to.equal('700');
    expect(warnings).to.be.empty;
  });

  for (const [what, sign] of [
    ['that is empty', null],
    ['of an earlier host', 'instance-id'],
  ] as const) {
    it(`${what} is made inaccessible to others, which is logged`, async () => {
      mkdirSync(folder);
      if (sign !== null) writeFileSync(join(folder, sign), '');
      chmodSync(folder, 0o755);
      await prepare();
      expect(mode()).to.equal('700');
      expect(warnings).to.deep.equal([{ state_dir: folder }]);
      await prepare();
      expect(warnings).to.have.length(1);
    });
  }

  it('with a database of another user is rejected even by root', async function () {
    if (process.getuid?.() !== 0) this.skip(); // only root can create such a file
    mkdirSync(folder, { mode: 0o700 });
    const database = join(folder, 'coredinator.db');
    writeFileSync(database, '');
    chownSync(database, 4_711, 4_711);
    const refusal = await prepare().catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(StateFolderError);
    expect(refusal)
      .to.have.property('message')
      .that.contains(database)
      .and.contains('user 4711')
      .and.matches(/run the host as that user, .*chown -R.*--state-dir/);
  });

  it('that contains other files is rejected and left unchanged', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'precious'), '');
    chmodSync(folder, 0o755);
    const refusal = await prepare().catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(StateFolderError);
    expect(refusal).to.have.property('message').that.contains(folder).and.contains('--state-dir');
    expect(mode()).to.equal('755');
    chmodSync(folder, 0o700);
    await prepare();
    expect(existsSync(join(folder, 'precious'))).to.equal(true);
  });
});
