import {
  copyFileSync,
  existsSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { expect } from 'chai';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import type { LaunchEntry } from '../../../lib/ports/launch-ledger.ts';
import { StoreFiles } from '../../../lib/store/store-files.ts';
import { closeStores, foreignConnection, openedStore, type OpenedStore } from '../../support/store/opened-store.ts';
import { actorCommit, actorRow, expectUnavailable, journalEntry } from '../../support/store/store-contract.ts';

/** Writes one event, so that there is data to lose. */
async function write({ actors }: OpenedStore, seq: number): Promise<void> {
  await actors.commitActors(actorCommit({ upserts: [actorRow('a')], journal: [journalEntry(seq)] }));
}

/** Copies the write-ahead log into the database. */
async function checkpoint(file: string): Promise<void> {
  await foreignConnection(file).all('PRAGMA wal_checkpoint(FULL)');
}

/** A launch of a pump that is about to begin. */
function intent(generation: number): LaunchEntry {
  const launchId = parseLaunchId(String(generation).padStart(32, '0'));
  return {
    ...{ launchId, serviceId: parseServiceId('pump'), generation, state: 'intent', shim: 'native', bootId: 'boot-1' },
    ...{
      executablePath: '/opt/pump',
      version: null,
      intendedAt: 1,
      pid: null,
      startTime: null,
      place: null,
      exit: null,
    },
  };
}

function overwrite(file: string, content: Buffer): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, content, 0, content.length, 0);
  closeSync(fd);
}

describe('The files of an open store', () => {
  let store: OpenedStore;
  let file: string;

  beforeEach(async () => {
    store = await openedStore();
    ({ file } = store);
    for (let seq = 1; seq <= 20; seq += 1) await write(store, seq);
  });
  afterEach(closeStores);

  it('have no problem, also after many writes, a checkpoint and a check of the content', async () => {
    expect(await store.look()).to.equal(null);
    await checkpoint(file);
    for (let seq = 21; seq <= 200; seq += 1) await write(store, seq);
    expect(await store.look()).to.equal(null);
  });

  it('have no problem while they grow during a check', async () => {
    for (let seq = 21; seq <= 200; seq += 1) {
      const [found] = await Promise.all([store.look(), write(store, seq)]);
      expect(found).to.equal(null);
    }
  });

  it('have no problem after a failed connection was opened again', async () => {
    const other = foreignConnection(file);
    await other.exec('BEGIN EXCLUSIVE');
    await expectUnavailable(write(await openedStore({ file, busyTimeoutMs: 10 }), 21));
    await other.exec('ROLLBACK');
    await write(store, 21);
    expect(await store.look()).to.equal(null);
  });

  const faults: readonly (readonly [string, RegExp, (file: string) => void])[] = [
    [
      'the database is removed',
      /database ".*" was removed/,
      (path) => {
        rmSync(path);
      },
    ],
    [
      'the database is renamed',
      /database ".*" was removed, renamed/,
      (path) => {
        renameSync(path, `${path}.away`);
      },
    ],
    [
      'an older copy is renamed over the database',
      /database ".*" was replaced/,
      (path) => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
    ],
    [
      'the write-ahead log is removed',
      /write-ahead log ".*" was removed/,
      (path) => {
        rmSync(`${path}-wal`);
      },
    ],
    [
      'the write-ahead log is cut',
      /write-ahead log ".*" was truncated/,
      (path) => {
        truncateSync(`${path}-wal`, 0);
      },
    ],
    [
      'the write-ahead log is replaced',
      /write-ahead log ".*" was replaced/,
      (path) => {
        copyFileSync(`${path}-wal`, `${path}-wal.copy`);
        renameSync(`${path}-wal.copy`, `${path}-wal`);
      },
    ],
    [
      'the database is cut',
      /database ".*" was truncated/,
      (path) => {
        truncateSync(path, statSync(path).size - 4096);
      },
    ],
  ];
  for (const [what, sentence, harm] of faults) {
    it(`are reported when ${what}, and no write is confirmed`, async () => {
      await checkpoint(file);
      await write(store, 21);
      expect(await store.look()).to.equal(null);
      harm(file);
      expect(await store.look()).to.match(sentence);
      expect((await expectUnavailable(write(store, 22))).message).to.match(sentence);
    });
  }

  it('are reported at the next write when the database is overwritten, before that copies the log into it', async () => {
    await checkpoint(file);
    await write(store, 21);
    overwrite(file, Buffer.alloc(4096, 'this is no database '));
    expect((await expectUnavailable(write(store, 22))).message).to.match(/was overwritten/);
    expect(readFileSync(file).subarray(0, 20).toString()).to.equal('this is no database ');
  });

  it('are reported when an older copy is written into the database in place', async () => {
    await checkpoint(file);
    const old = readFileSync(file);
    for (let seq = 21; seq <= 40; seq += 1) await write(store, seq);
    await checkpoint(file);
    expect(await store.look()).to.equal(null);
    overwrite(file, old);
    expect(await store.look()).to.match(
      /replaced by an older one: this host has written event 40, but its newest event is 20/,
    );
  });

  it('are reported when the database is overwritten with something else', async () => {
    await checkpoint(file);
    expect(await store.look()).to.equal(null);
    overwrite(file, Buffer.alloc(statSync(file).size, 7));
    expect(await store.look()).to.match(/can no longer be read/);
  });

  it('are reported when it is overwritten and the write-ahead log hides that, and no write is confirmed', async () => {
    const before = readFileSync(file);
    overwrite(file, Buffer.alloc(4096, 7));
    expect(await store.look()).to.match(/was overwritten: it no longer begins like a database/);
    expect((await expectUnavailable(write(store, 21))).message).to.match(/was overwritten/);
    expect((await expectUnavailable(write(store, 22))).message).to.match(/was overwritten/, 'until the next full look');
    overwrite(file, before);
    expect(await store.look()).to.equal(null);
  });

  it('keep nothing of a write that was refused after its commit, once they are put back', async () => {
    renameSync(file, `${file}.away`);
    await Promise.all([expectUnavailable(write(store, 21)), expectUnavailable(store.ledger.intend(intent(1)))]);
    renameSync(`${file}.away`, file);
    expect(await store.look()).to.equal(null);
    await write(store, 22); // the same event under its new number
    await store.ledger.intend(intent(2));
    const events = await store.actors.history({ after: 19, limit: 10 });
    expect(events.map(({ seq }) => seq)).to.deep.equal([20, 22]);
    expect((await store.ledger.newest()).map(({ generation }) => generation)).to.deep.equal([2]);
  });

  it('have no problem again when the database is put back', async () => {
    renameSync(file, `${file}.away`);
    expect(await store.look()).not.to.equal(null);
    renameSync(`${file}.away`, file);
    expect(await store.look()).to.equal(null);
    await write(store, 21);
  });

  it('are not opened again for reading while the log is away, which would put another one in its place', async () => {
    const log = `${file}-wal`;
    expect(await store.look()).to.equal(null);
    renameSync(log, `${log}.away`);
    const history = (): Promise<readonly unknown[]> => store.actors.history({ after: 0, limit: 100 });
    expect((await expectUnavailable(history())).message).to.match(/write-ahead log ".*" was removed, renamed/);
    expect(existsSync(log)).to.equal(false);
    expect(await store.look()).to.match(/was removed, renamed/);
    renameSync(`${log}.away`, log);
    expect(await history()).to.have.length(20);
    expect(await store.look()).to.equal(null);
  });

  it('have no problem again when another database was in their place, even if they were not read before', async () => {
    const names = ['', '-wal', '-shm'].map((suffix) => file + suffix);
    for (const name of names) renameSync(name, `${name}.away`);
    const other = await openedStore({ file });
    await write(other, 1);
    expect(await store.look()).to.match(/was replaced/);
    await other.close();
    for (const name of names) renameSync(`${name}.away`, name);
    expect(await store.look()).to.equal(null);
    await write(store, 21);
  });

  describe('that have not changed for some seconds', () => {
    let files: StoreFiles;
    let reads: number;
    let newest: number;

    beforeEach(async () => {
      [reads, newest] = [0, 20];
      files = await StoreFiles.of({
        ...{ file, walLimitBytes: 1_000_000, connections: { rounds: 1 } },
        readNewest: () => {
          reads += 1;
          return Promise.resolve(newest);
        },
        clock: { now: () => Date.now() + 60_000 },
      });
      files.wrote(20);
    });
    afterEach(() => files.close());

    it('are not read again for half a minute', async () => {
      for (let look = 0; look < 15; look += 1) expect(await files.lookInside()).to.equal(null);
      expect(reads).to.equal(1);
      newest = 19;
      expect(await files.lookInside()).to.match(/newest event is 19/);
      expect(await files.lookInside(), 'and then every time').to.match(/newest event is 19/);
      expect(reads).to.equal(3);
    });

    for (const name of ['', '-wal']) {
      it(`are read as soon as ${name === '' ? 'the database' : 'the write-ahead log'} was written to in place`, async () => {
        await files.lookInside();
        const changed = file + name;
        const { ctimeMs } = statSync(changed);
        while (statSync(changed).ctimeMs === ctimeMs) overwrite(changed, readFileSync(changed)); // times have steps
        newest = 19;
        expect(await files.lookInside()).to.match(/newest event is 19/);
      });
    }
  });
});
