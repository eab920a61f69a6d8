import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import { layoutOf, newestLogged } from '../../../../lib/process/files/layout.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const PUMP = parseServiceId('pump');

describe('the newest generation that has written output', () => {
  let stateDir: string;

  const put = (name: string): void => {
    writeFileSync(join(stateDir, 'logs', PUMP, name), '');
  };
  const newest = (): number | null => newestLogged(layoutOf(stateDir), PUMP);

  beforeEach(() => {
    stateDir = temporaryFolder();
    mkdirSync(join(stateDir, 'logs', PUMP), { recursive: true });
  });

  it('is none without files, and without their folder', () => {
    expect(newest()).to.equal(0);
    expect(newestLogged(layoutOf(stateDir), parseServiceId('other'))).to.equal(0);
  });

  it('is unknown while the folder of all output is missing', () => {
    put('9.stdout');
    renameSync(join(stateDir, 'logs'), join(stateDir, 'away'));
    expect(newest()).to.equal(null);
    renameSync(join(stateDir, 'away'), join(stateDir, 'logs'));
    expect(newest()).to.equal(9);
  });

  it('is the highest, not the last by name', () => {
    for (const name of ['9.stdout', '10.stdout', '10.stderr', 'notes', 'v11.txt']) put(name);
    expect(newest()).to.equal(10);
  });

  it('is none that only something else than a file seems to belong to', function () {
    if (process.platform === 'win32') this.skip(); // no FIFOs
    put('1.stdout');
    execFileSync('mkfifo', [join(stateDir, 'logs', PUMP, '2.stdout')]);
    mkdirSync(join(stateDir, 'logs', PUMP, '3.stdout'));
    expect(newest()).to.equal(1);
  });
});
