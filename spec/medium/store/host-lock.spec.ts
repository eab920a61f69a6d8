import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { acquireHostLock, HostLockedError } from '../../../lib/store/host-lock.ts';
import { eventually } from '../../support/eventually.ts';
import { Program } from '../../support/program.ts';
import { closeStores, foreignConnection } from '../../support/store/opened-store.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const HOLDER = new URL('../../support/store/lock-holder.ts', import.meta.url);

function hostFile(stateDir: string): unknown {
  return JSON.parse(readFileSync(join(stateDir, 'host.json'), 'utf8'));
}

async function refusal(promise: Promise<unknown>): Promise<HostLockedError> {
  const outcome: unknown = await promise.then(
    () => 'acquired',
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(HostLockedError);
  return outcome as HostLockedError; // checked above
}

describe('The host lock', function () {
  this.timeout(30_000);
  const programs: Program[] = [];

  async function holder(stateDir: string): Promise<Program> {
    const program = new Program(HOLDER, [stateDir]);
    programs.push(program);
    expect(await program.next()).to.deep.equal({ ready: true });
    return program;
  }

  afterEach(async () => {
    for (const program of programs.splice(0)) await program.kill();
    await closeStores();
  });

  it('creates the folder and identifies the host in host.json, for the owner only', async () => {
    const stateDir = join(temporaryFolder(), 'deep', 'state');
    const lock = await acquireHostLock(stateDir, { pid: process.pid });
    expect(hostFile(stateDir)).to.include({ pid: process.pid, url: null });
    await lock.update('http://127.0.0.1:8000');
    expect(hostFile(stateDir)).to.include({ pid: process.pid, url: 'http://127.0.0.1:8000' });
    expect((hostFile(stateDir) as { started_at: string }).started_at).to.match(/^\d{4}-.*Z$/); // written by the lock
    expect(statSync(stateDir).mode & 0o777).to.equal(0o700);
    for (const name of ['host.json', 'host.lock.db']) {
      expect(statSync(join(stateDir, name)).mode & 0o777, name).to.equal(0o600);
    }
    await lock.release();
  });

  it('rejects a second host in the same process, and names the first', async () => {
    const stateDir = temporaryFolder();
    const lock = await acquireHostLock(stateDir, { pid: process.pid, url: 'http://127.0.0.1:1' });
    for (const attempt of [1, 2]) {
      const error = await refusal(acquireHostLock(stateDir, { pid: 1 }));
      expect(error, `attempt ${attempt}`).to.include({ pid: process.pid, stateDir });
      expect(error.message).to.contain(`pid ${process.pid}`).and.contain(stateDir);
    }
    await lock.release();
    await (await acquireHostLock(stateDir, { pid: process.pid })).release();
  });

  it('rejects a host in another process while the first is alive, and admits it once that was killed', async () => {
    const stateDir = temporaryFolder();
    const first = await holder(stateDir);
    expect(await first.ask('acquire')).to.deep.equal({ isHeld: true });
    expect(await refusal(acquireHostLock(stateDir, { pid: process.pid }))).to.include({ pid: first.pid });
    await first.kill('SIGKILL');
    expect(hostFile(stateDir)).to.include({ pid: first.pid });
    const lock = await acquireHostLock(stateDir, { pid: process.pid });
    expect(hostFile(stateDir)).to.include({ pid: process.pid });
    await lock.release();
  });

  it('does not name a dead host, and ignores an invalid host.json', async () => {
    const stateDir = temporaryFolder();
    const dead = await holder(stateDir);
    await dead.kill();
    const lock = await acquireHostLock(stateDir, { pid: process.pid });
    writeFileSync(join(stateDir, 'host.json'), JSON.stringify({ pid: dead.pid }));
    expect(await refusal(acquireHostLock(stateDir, { pid: 1 }))).to.include({ pid: null });
    writeFileSync(join(stateDir, 'host.json'), 'junk');
    const error = await refusal(acquireHostLock(stateDir, { pid: 1 }));
    expect(error).to.include({ pid: null });
    expect(error.message).to.contain('another host');
    await lock.release();
  });

  it('waits for a rival that briefly holds the file, as when two hosts start at the same time', async () => {
    const stateDir = temporaryFolder();
    const file = join(stateDir, 'host.lock.db');
    await (await acquireHostLock(stateDir, { pid: 1 })).release();
    const rival = foreignConnection(file);
    await rival.run('BEGIN');
    await rival.all('SELECT * FROM sqlite_schema');
    const lock = acquireHostLock(stateDir, { pid: process.pid });
    const refused = lock.then(
      () => null,
      (error: unknown) => error,
    );
    // A host that waits for the exclusive lock blocks newcomers.
    await eventually(async () => {
      const newcomer = await foreignConnection(file, 'PRAGMA busy_timeout = 0;')
        .all('SELECT * FROM sqlite_schema')
        .catch((error: unknown) => String(error));
      expect(newcomer).to.contain('SQLITE_BUSY');
    }, 1_000);
    await rival.run('ROLLBACK');
    expect(await refused).to.equal(null);
    await (await lock).release();
  });

  it('admits exactly one of several racing hosts, and names it to the others', async () => {
    const stateDir = temporaryFolder();
    const hosts = await Promise.all([1, 2, 3].map(() => holder(stateDir)));
    for (let round = 1; round <= 5; round += 1) {
      const answers = await Promise.all(hosts.map((host) => host.ask('acquire')));
      const winners = hosts.filter((_, n) => (answers[n] as { isHeld: boolean }).isHeld); // printed by lock-holder.ts
      expect(winners, `round ${round}`).to.have.length(1);
      const losers = answers.filter((answer) => !(answer as { isHeld: boolean }).isHeld);
      for (const loser of losers) expect(loser).to.include({ holder: winners[0]!.pid });
      await winners[0]!.ask('release');
    }
  });
});
