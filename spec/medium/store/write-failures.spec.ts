import { closeSync, openSync, writeSync } from 'node:fs';

import { expect } from 'chai';

import { Connection, type SqlSession } from '../../../lib/store/connection.ts';
import { appendEvent } from '../../../lib/store/rows/journal-rows.ts';
import { WriteQueue } from '../../../lib/store/write-queue.ts';
import {
  closeStores,
  foreignConnection,
  newStoreFile,
  openedStore,
  RecordingLog,
} from '../../support/store/opened-store.ts';
import { actorCommit, actorRow, expectUnavailable, journalEntry } from '../../support/store/store-contract.ts';

/** SQLite treats a file as read-only if its write version (byte 18 of the header) is newer than it knows. */
function setWriteVersion(file: string, version: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Uint8Array.of(version), 0, 1, 18);
  closeSync(descriptor);
}

/** The real session, which records every statement. */
class CountingSession implements SqlSession {
  readonly statements: string[] = [];
  readonly #inner: SqlSession;

  constructor(inner: SqlSession) {
    this.#inner = inner;
  }

  run(sql: string, ...parameters: readonly unknown[]): Promise<void> {
    this.statements.push(sql);
    return this.#inner.run(sql, ...parameters);
  }

  all(sql: string, ...parameters: readonly unknown[]): Promise<readonly unknown[]> {
    return this.#inner.all(sql, ...parameters);
  }

  exec(script: string): Promise<void> {
    return this.#inner.exec(script);
  }

  drop(): Promise<void> {
    return this.#inner.drop();
  }
}

describe('A store that cannot be written', () => {
  afterEach(closeStores);

  it('rejects writes while another program holds the write lock, can still be read, and recovers by itself', async () => {
    const { file, actors } = await openedStore({ busyTimeoutMs: 20 });
    await actors.commitActors(actorCommit({ upserts: [actorRow('a')], journal: [journalEntry(1)] }));
    const foreign = foreignConnection(file);
    await foreign.run('BEGIN IMMEDIATE');
    const error = await expectUnavailable(actors.commitActors(actorCommit({ upserts: [actorRow('b')] })));
    expect(error.message).to.contain(file).and.contain('SQLITE_BUSY');
    expect(error.cause).to.include({ code: 'SQLITE_BUSY' });
    const both = actorCommit({ upserts: [actorRow('b')], journal: [journalEntry(2)] });
    await expectUnavailable(actors.commitActors(both));
    await expectUnavailable(actors.probe());
    expect(await actors.loadActors()).to.deep.equal([actorRow('a')]);
    await foreign.run('ROLLBACK');
    await actors.commitActors(both);
    await actors.probe();
    expect(await actors.lastSeq()).to.equal(2);
  });

  it('quarantines rows when a probe finds it writable again, except those replaced by newer ones', async () => {
    const { file, actors, log } = await openedStore({ busyTimeoutMs: 20 });
    const [bad, outdated] = [actorRow('bad'), actorRow('outdated')];
    await actors.commitActors(actorCommit({ upserts: [bad, outdated] }));
    const foreign = foreignConnection(file);
    await foreign.run('BEGIN IMMEDIATE');
    const rows = [bad, outdated].map((row) => ({ row, reason: 'unknown state' }));
    await actors.quarantine(rows, 42);
    expect(log.records.map(({ level, fields }) => [level, fields['rows']])).to.deep.equal([['error', 2]]);
    await expectUnavailable(actors.probe());
    await foreign.run('ROLLBACK');
    const newer = actorRow('outdated', { snapshot: '{"value":"stopped"}' });
    await actors.commitActors(actorCommit({ upserts: [newer] }));
    await actors.probe();
    await actors.probe(); // the writes of the first one precede those of the second one
    expect(await actors.loadActors()).to.deep.equal([newer]);
    const kept = await foreign.all('SELECT row, at FROM quarantine ORDER BY id');
    expect(kept).to.deep.equal([bad, outdated].map((row) => ({ row: JSON.stringify(row), at: 1_700_000_000_000 })));
  });

  it('waits for a lock that is released in time', async () => {
    const { file, actors } = await openedStore();
    const foreign = foreignConnection(file);
    await foreign.run('BEGIN IMMEDIATE');
    const write = actors.commitActors(actorCommit({ upserts: [actorRow('a')] }));
    await actors.loadActors();
    await foreign.run('ROLLBACK');
    await write;
    expect(await actors.loadActors()).to.deep.equal([actorRow('a')]);
  });

  it('rejects writes while the file is read-only, and recovers by itself', async () => {
    const first = await openedStore();
    const { file } = first;
    await first.actors.commitActors(actorCommit({ upserts: [actorRow('a')] }));
    await first.close();
    setWriteVersion(file, 3);
    const { actors } = await openedStore({ file });
    const commit = actorCommit({ upserts: [actorRow('b')], journal: [journalEntry(1)] });
    const error = await expectUnavailable(actors.commitActors(commit));
    expect(error.message).to.contain(file).and.contain('SQLITE_READONLY');
    await expectUnavailable(actors.probe());
    expect((await actors.loadActors()).map((row) => row.path)).to.deep.equal(['a']);
    setWriteVersion(file, 2);
    await actors.probe();
    await actors.commitActors(commit);
    expect((await actors.loadActors()).map((row) => row.path)).to.deep.equal(['a', 'b']);
  });

  it('rejects writes while the disk is full, stores no part of them, and recovers by itself', async () => {
    const { file, actors } = await openedStore();
    await actors.commitActors(actorCommit({ journal: [journalEntry(1)] }));
    let limit = 90;
    const limited: SqlSession = new Connection(file, 'PRAGMA synchronous = NORMAL;');
    const session: SqlSession = {
      run: (sql, ...parameters) => limited.run(sql, ...parameters),
      all: (sql) => limited.all(sql),
      exec: async (script) => {
        await limited.all(`PRAGMA max_page_count = ${limit}`);
        await limited.exec(script);
      },
      drop: () => limited.drop(),
    };
    const queue = new WriteQueue({ file, session, log: new RecordingLog() });
    const big = { text: 'x'.repeat(200_000) };
    const writes = [2, 3, 4].map((seq) => queue.write([appendEvent(journalEntry(seq, { detail: big }))]));
    for (const write of writes.slice(1)) expect((await expectUnavailable(write)).message).to.contain('SQLITE_FULL');
    expect(await actors.lastSeq()).to.equal(2);
    limit = 1_000_000;
    await queue.write([appendEvent(journalEntry(3, { detail: big }))]);
    expect(await actors.lastSeq()).to.equal(3);
    await queue.close();
  });

  it('is not opened if its file cannot be opened', async () => {
    const { file } = await openedStore();
    const error = await expectUnavailable(openedStore({ file: `${file}/below-a-file.db` }));
    expect(error.message).to.contain(`${file}/below-a-file.db`);
  });
});

describe('A store under many writes', () => {
  afterEach(closeStores);

  it('combines 1000 parallel commits in few transactions and few statements', async () => {
    const file = newStoreFile();
    const { actors } = await openedStore({ file });
    const session = new CountingSession(new Connection(file, 'PRAGMA synchronous = NORMAL;'));
    const queue = new WriteQueue({ file, session, log: new RecordingLog() });
    const seqs = Array.from({ length: 1000 }, (_, n) => n + 1);
    await Promise.all(seqs.map((seq) => queue.write([appendEvent(journalEntry(seq))])));
    expect(session.statements).to.have.length.of.at.most(10);
    expect((await actors.history({ after: 0, limit: 1000 })).map(({ seq }) => seq)).to.deep.equal(seqs);
    await queue.close();
  });

  it('continues to write while a reader has an old snapshot open, and then reuses the space of its log', async () => {
    const { file, actors } = await openedStore();
    const reader = foreignConnection(file);
    await reader.run('BEGIN');
    const before = await reader.all('SELECT count(*) AS n FROM journal');
    const fill = async (first: number): Promise<void> => {
      for (let seq = first; seq < first + 20; seq += 1) {
        await actors.commitActors(
          actorCommit({ journal: [journalEntry(seq, { detail: { text: 'x'.repeat(500_000) } })] }),
        );
      }
    };
    await fill(1);
    expect(await reader.all('SELECT count(*) AS n FROM journal')).to.deep.equal(before);
    expect(await actors.lastSeq()).to.equal(20);
    const grown = await walPages(file);
    await reader.run('ROLLBACK');
    await fill(21);
    expect(await walPages(file)).to.be.below(grown);
    expect(await reader.all('SELECT count(*) AS n FROM journal')).to.deep.equal([{ n: 40 }]);
  });
});

/** The number of pages in the write-ahead log. */
async function walPages(file: string): Promise<number> {
  const [row] = await foreignConnection(file).all('PRAGMA wal_checkpoint(PASSIVE)');
  return (row as { log: number }).log; // the columns of this pragma: busy, log, checkpointed
}
