import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltHost } from '../../support/built/built-host.ts';
import { isAlive } from '../../support/process/alive.ts';
import { KeptState } from '../../support/store/kept-state.ts';
import { closeStores, foreignConnection } from '../../support/store/opened-store.ts';

/** Every regular file below a folder with a digest of its content, but for those by which a host says that it is there. */
function filesOf(folder: string): Readonly<Record<string, string>> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('host.'))
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    found.sort().map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

/** What a host of 0.1.0 does on this, `node scripts/older-host/check-downgrade.js` tries with a real one: it is as little part of this repository as its build. */
describe('a state directory that a newer host has had', function () {
  this.timeout(60_000);
  let kept: KeptState;
  let host: BuiltHost;

  before(function () {
    if (process.platform !== 'linux') this.skip(); // the fixture has native shims
  });

  beforeEach(async () => {
    kept = await KeptState.load('killed');
  });

  afterEach(async () => {
    await closeStores();
    if (isAlive(host.pid)) await host.end('SIGKILL');
    await kept.end();
  });

  const start = (): Promise<BuiltHost> => BuiltHost.start(kept.basePath, '--state-dir', kept.stateDir);

  /** The processes of all services that run; some others are just being ended. */
  const whoLives = async (): Promise<
    ReadonlyMap<string, { readonly generation: number; readonly pid: number | null }>
  > =>
    new Map(
      (await host.services())
        .filter(({ state }) => state === 'running')
        .map(({ id, generation, pid }) => [id, { generation, pid }]),
    );

  it('has a schema that a host of 0.1.0 does not know: that ends with exit code 2 before it touches anything', async () => {
    expect(await kept.schema()).to.equal(6);
    host = await start();
    expect(await kept.schema()).to.be.greaterThan(6);
  });

  it('is refused by this host too when it is of a still newer one: exit code 2, what to do, and nothing touched', async () => {
    host = await start();
    const before = await whoLives();
    await host.end('SIGKILL');
    const database = foreignConnection(join(kept.stateDir, 'coredinator.db'));
    const schema = await kept.schema();
    await database.exec(`PRAGMA user_version = ${schema + 1}`);
    await database.drop();
    const files = filesOf(kept.stateDir);

    const { code, stderr } = await BuiltHost.runToEnd(
      ...['--base-path', kept.basePath, '--state-dir', kept.stateDir, '--port', '0'],
    );
    expect(code).to.equal(2);
    const { level, msg } = JSON.parse(stderr) as { level: string; msg: string }; // one line of the log (contract 2)
    expect(level).to.equal('error');
    expect(msg)
      .to.contain(join(kept.stateDir, 'coredinator.db'))
      .and.contain(`schema ${schema + 1}`);
    expect(msg).to.contain('newer Coredinator').and.contain('--state-dir');
    expect(filesOf(kept.stateDir)).to.deep.equal(files);
    for (const [id, { pid }] of before) expect(isAlive(pid ?? -1), id).to.equal(true);

    await database.exec(`PRAGMA user_version = ${schema}`);
    host = await start();
    const after = await whoLives();
    for (const [id, who] of before) expect(after.get(id), id).to.deep.equal(who);
    expect(await kept.quarantined()).to.deep.equal([]);
  });
});
