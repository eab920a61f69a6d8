import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';

import { expect } from 'chai';

import { Connection } from '../../../../lib/store/connection.ts';
import { migrate, MIGRATIONS } from '../../../../lib/store/recovery/migrations.ts';
import { moveAside } from '../../../../lib/store/recovery/recovery.ts';
import { closeStores, foreignConnection, newStoreFile, openedStore } from '../../../support/store/opened-store.ts';
import {
  actorCommit,
  actorRow,
  agentIntention,
  expectUnavailable,
  journalEntry,
  intentionCommit,
} from '../../../support/store/store-contract.ts';

const ASIDE_SUFFIX = '.corrupt-2023-11-14T22:13:20.000Z';

function junkFile(): string {
  const file = newStoreFile();
  mkdirSync(dirname(file));
  writeFileSync(file, 'this is no database'.repeat(100));
  return file;
}

/** Overwrites the root page of a table or index of a database. */
async function damage(file: string, name: string): Promise<void> {
  const connection = new Connection(file, '');
  const [row] = await connection.all('SELECT rootpage FROM sqlite_schema WHERE name = ?', name);
  await connection.drop();
  const { rootpage } = row as { rootpage: number }; // the column selected
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, new Uint8Array(4096).fill(0xaa), 0, 4096, (rootpage - 1) * 4096);
  closeSync(descriptor);
}

/** A closed store with an intention, two actors and a few events. */
async function filledStore(): Promise<string> {
  const store = await openedStore();
  await store.actors.commitIntentions(intentionCommit({ put: [agentIntention('pump1')], journal: [journalEntry(1)] }));
  await store.actors.commitActors(actorCommit({ upserts: [actorRow('z'), actorRow('a')], journal: [journalEntry(2)] }));
  await store.close();
  return store.file;
}

describe('A store whose file is corrupt', () => {
  afterEach(closeStores);

  it('is moved aside, reported, and replaced by a new one', async () => {
    const file = junkFile();
    const content = readFileSync(file, 'utf8');
    const store = await openedStore({ file });
    expect(store.recoveredFrom).to.equal(file + ASIDE_SUFFIX);
    expect(readFileSync(file + ASIDE_SUFFIX, 'utf8')).to.equal(content);
    expect(store.log.records[0]).to.deep.include({ level: 'error' });
    expect(store.log.records[0]?.fields).to.include({ file, aside: file + ASIDE_SUFFIX });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    await store.actors.commitActors(actorCommit({ upserts: [actorRow('a')] }));
    await store.close();
    const again = await openedStore({ file });
    expect(again.recoveredFrom).to.equal(null);
    expect(await again.actors.loadActors()).to.deep.equal([actorRow('a')]);
  });

  it('is restored from the write-ahead log of a killed host, if that has all that was overwritten', async () => {
    const before = await openedStore();
    await before.actors.commitActors(actorCommit({ upserts: [actorRow('a')], journal: [journalEntry(1)] }));
    const file = newStoreFile();
    mkdirSync(dirname(file));
    for (const suffix of ['', '-wal']) copyFileSync(before.file + suffix, file + suffix);
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, Buffer.alloc(4_096, 'this is no database '), 0, 4_096, 0);
    closeSync(descriptor);
    const store = await openedStore({ file });
    expect(store.recoveredFrom).to.equal(null);
    expect(store.log.records.map(({ level, message }) => `${level}: ${message}`).join()).to.match(
      /^warn: .*restored from/,
    );
    expect(await store.look()).to.equal(null);
    await store.actors.commitActors(actorCommit({ upserts: [actorRow('b')], journal: [journalEntry(2)] }));
    expect(await store.actors.loadActors()).to.have.deep.members([actorRow('a'), actorRow('b')]);
  });

  it('never overwrites one that was moved aside before', async () => {
    const file = junkFile();
    writeFileSync(file + ASIDE_SUFFIX, 'the first');
    const store = await openedStore({ file });
    expect(store.recoveredFrom).to.equal(`${file}${ASIDE_SUFFIX}-2`);
    expect(readFileSync(file + ASIDE_SUFFIX, 'utf8')).to.equal('the first');
  });

  it('is moved with its write-ahead log', async () => {
    const file = junkFile();
    writeFileSync(`${file}-wal`, 'a log');
    const aside = await moveAside(file, 1_700_000_000_000);
    expect(aside).to.equal(file + ASIDE_SUFFIX);
    expect(readdirSync(dirname(file)).sort()).to.deep.equal([basename(aside), `${basename(aside)}-wal`]);
    expect(readFileSync(`${aside}-wal`, 'utf8')).to.equal('a log');
  });

  it('passes every intact table on to the new one: a damaged journal loses no intention and no actor', async () => {
    const file = await filledStore();
    await damage(file, 'journal');
    const store = await openedStore({ file });
    expect(store.recoveredFrom).to.equal(file + ASIDE_SUFFIX);
    expect(await store.actors.loadIntentions()).to.deep.equal([agentIntention('pump1')]);
    expect(await store.actors.loadActors()).to.deep.equal([actorRow('z'), actorRow('a')]);
    expect(await store.actors.history({ after: 0, limit: 9 })).to.deep.equal([]);
    expect(store.log.records.map(({ level, fields }) => `${level} ${String(fields['table'])}`)).to.include.members([
      'warn wish',
      'warn actor_snapshot',
      'error journal',
    ]);
  });

  it('passes on no actor, which would be stopped, and no event if the intentions are lost', async () => {
    const file = await filledStore();
    await damage(file, 'wish');
    const store = await openedStore({ file });
    expect(await store.actors.loadIntentions()).to.deep.equal([]);
    expect(await store.actors.loadActors()).to.deep.equal([]);
    expect(await store.actors.lastSeq(), 'so that the copy of the intentions is newer').to.equal(0);
  });

  it('is also detected by a damaged index', async () => {
    const file = await filledStore();
    await damage(file, 'journal_agent');
    const store = await openedStore({ file });
    expect(store.recoveredFrom).to.not.equal(null);
    expect(await store.actors.lastSeq()).to.equal(2);
    expect(await store.actors.loadIntentions()).to.deep.equal([agentIntention('pump1')]);
  });

  it('passes intact data on if it was written by an earlier version', async () => {
    const file = newStoreFile();
    mkdirSync(dirname(file));
    const former = new Connection(file, '', { mayCreate: true });
    await migrate(file, former, MIGRATIONS.slice(0, 1));
    const intention = agentIntention('pump1');
    const insert = `INSERT INTO wish (subject, intended, plan) VALUES (?, 'running', ?)`;
    await former.run(insert, intention.subject, JSON.stringify(intention.plan));
    await former.drop();
    await damage(file, 'journal');
    const store = await openedStore({ file });
    expect(store.recoveredFrom).to.not.equal(null);
    expect(await store.actors.loadIntentions()).to.deep.equal([intention]);
    expect(store.log.records.map(({ fields }) => fields['table'])).to.not.include('port');
    const [row] = await foreignConnection(file).all('PRAGMA user_version');
    expect(row).to.deep.equal({ user_version: MIGRATIONS.at(-1)!.id });
  });

  it('passes nothing on if its schema is unknown', async () => {
    const file = await filledStore();
    const connection = new Connection(file, 'PRAGMA user_version = 0');
    await connection.all('SELECT 1');
    await connection.drop();
    await damage(file, 'journal');
    const store = await openedStore({ file });
    expect(await store.actors.loadIntentions()).to.deep.equal([]);
    expect(String(store.log.records[1]?.fields['err'])).to.contain('schema 0');
  });

  it('is treated as a new store if it is empty', async () => {
    const file = newStoreFile();
    mkdirSync(dirname(file));
    writeFileSync(file, '');
    expect((await openedStore({ file })).recoveredFrom).to.equal(null);
  });
});

describe('The schema of a store', () => {
  afterEach(closeStores);

  it('is created step by step, and only once', async () => {
    const { file } = await openedStore();
    const foreign = foreignConnection(file);
    const newest = MIGRATIONS.at(-1)!.id;
    expect(await foreign.all('PRAGMA user_version')).to.deep.equal([{ user_version: newest }]);
    expect(MIGRATIONS.map(({ id }) => id)).to.deep.equal(MIGRATIONS.map((_, n) => n + 1));
    const further = [...MIGRATIONS, { id: newest + 1, up: 'CREATE TABLE further (x); INSERT INTO further VALUES (1)' }];
    await migrate(file, foreign, further);
    await migrate(file, foreign, further);
    expect(await foreign.all('SELECT x FROM further')).to.deep.equal([{ x: 1 }]);
    expect(await foreign.all('PRAGMA user_version')).to.deep.equal([{ user_version: newest + 1 }]);
  });

  it('does not change if a step fails half-way', async () => {
    const { file } = await openedStore();
    const foreign = foreignConnection(file);
    const newest = MIGRATIONS.at(-1)!.id;
    const broken = [...MIGRATIONS, { id: newest + 1, up: 'CREATE TABLE half (x); INSERT INTO nowhere VALUES (1)' }];
    const error: unknown = await migrate(file, foreign, broken).catch((reason: unknown) => reason);
    expect(String(error)).to.contain('nowhere');
    await foreign.drop();
    expect(await foreign.all(`SELECT name FROM sqlite_schema WHERE name = 'half'`)).to.deep.equal([]);
    expect(await foreign.all('PRAGMA user_version')).to.deep.equal([{ user_version: newest }]);
  });

  it('of a newer version is rejected with a remedy, and left alone', async () => {
    const file = await filledStore();
    const foreign = foreignConnection(file);
    await foreign.exec('PRAGMA user_version = 999');
    const error = await expectUnavailable(openedStore({ file }));
    expect(error.message).to.contain(file).and.contain('schema 999').and.contain('newer Coredinator');
    expect(error.message).to.contain('Nothing was changed').and.contain('--state-dir');
    expect(readdirSync(dirname(file)).filter((name) => name.includes('corrupt'))).to.deep.equal([]);
    expect(await foreign.all('SELECT subject FROM wish')).to.deep.equal([{ subject: 'agent:pump1' }]);
  });
});
