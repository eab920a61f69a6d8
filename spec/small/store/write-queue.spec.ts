import { expect } from 'chai';

import type { SqlSession } from '../../../lib/store/connection.ts';

import { rowFor, type RowWrite } from '../../../lib/store/rows/batch.ts';
import { WriteQueue } from '../../../lib/store/write-queue.ts';
import { RecordingLog } from '../../support/opened-store.ts';
import { expectUnavailable } from '../../support/store-contract.ts';

/** A session that writes down what it is asked for and fails as the test says. */
class ScriptedSession implements SqlSession {
  readonly calls: string[] = [];
  readonly failures = new Map<string, string>();

  run(sql: string, ...parameters: readonly unknown[]): Promise<void> {
    return this.#call([sql, ...parameters].join(' '));
  }

  all(): Promise<readonly unknown[]> {
    return Promise.reject(new Error('The queue only writes.'));
  }

  exec(script: string): Promise<void> {
    return this.#call(script);
  }

  drop(): Promise<void> {
    return this.#call('(drop)');
  }

  #call(text: string): Promise<void> {
    this.calls.push(text);
    const code = this.failures.get(text);
    return code === undefined
      ? Promise.resolve()
      : Promise.reject(Object.assign(new Error(`${code}: told so`), { code }));
  }
}

function wish(subject: string): RowWrite {
  return rowFor({ table: 'wish', sql: 'WISH' }, subject, [subject]);
}

function fact(seq: number): RowWrite {
  return rowFor({ table: 'journal', sql: 'FACT' }, seq, [seq]);
}

describe('The write queue', () => {
  let session: ScriptedSession;
  let log: RecordingLog;
  let queue: WriteQueue;

  beforeEach(() => {
    session = new ScriptedSession();
    log = new RecordingLog();
    queue = new WriteQueue('/state/a.db', session, log);
  });

  it('runs a single statement without a transaction around it', async () => {
    await queue.write([wish('a'), wish('b')]);
    expect(session.calls).to.deep.equal(['WISH [["a"],["b"]]']);
  });

  it('runs several statements in one transaction', async () => {
    await queue.write([wish('a'), fact(1)]);
    expect(session.calls).to.deep.equal(['BEGIN IMMEDIATE', 'WISH [["a"]]', 'FACT [[1]]', 'COMMIT']);
  });

  it('puts everything that comes during a transaction into the next one', async () => {
    await Promise.all([1, 2, 3, 4].map((seq) => queue.write([fact(seq)])));
    expect(session.calls).to.deep.equal(['FACT [[1]]', 'FACT [[2],[3],[4]]']);
  });

  it('rolls back, and tries the members one by one, when the rows of one are refused', async () => {
    session.failures.set('FACT [[2],[3]]', 'SQLITE_CONSTRAINT').set('FACT [[2]]', 'SQLITE_CONSTRAINT');
    const writes = [[wish('a')], [fact(2), wish('b')], [fact(3)]].map((rows) => queue.write(rows));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    expect(session.calls).to.deep.equal([
      'WISH [["a"]]',
      ...['BEGIN IMMEDIATE', 'FACT [[2],[3]]', 'ROLLBACK'],
      ...['BEGIN IMMEDIATE', 'FACT [[2]]', 'ROLLBACK'],
      'FACT [[3]]',
    ]);
  });

  it('fails all members at once, with one new connection, when the store itself cannot be written', async () => {
    session.failures.set('FACT [[2],[3],[4]]', 'SQLITE_FULL');
    const writes = [1, 2, 3, 4].map((seq) => queue.write([fact(seq)]));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'rejected', 'rejected']);
    expect(session.calls).to.deep.equal(['FACT [[1]]', 'FACT [[2],[3],[4]]', '(drop)']);
  });

  it('names the file and the error, keeps the cause, and goes on', async () => {
    session.failures.set('FACT [[1]]', 'SQLITE_READONLY');
    const error = await expectUnavailable(queue.write([fact(1)]));
    expect(error.message).to.contain('/state/a.db').and.contain('SQLITE_READONLY: told so');
    expect(error.cause).to.include({ code: 'SQLITE_READONLY' });
    session.failures.clear();
    await queue.write([fact(1)]);
  });

  it('gives up the connection when it cannot leave a failed transaction', async () => {
    session.failures.set('FACT [[1]]', 'SQLITE_CONSTRAINT').set('ROLLBACK', 'SQLITE_ERROR');
    await expectUnavailable(queue.write([fact(1), wish('a')]));
    expect(session.calls.slice(-2)).to.deep.equal(['ROLLBACK', '(drop)']);
  });

  it('gives up the connection when a commit fails, and keeps the first error when even closing fails', async () => {
    session.failures.set('COMMIT', 'SQLITE_IOERR').set('(drop)', 'SQLITE_BUSY');
    const error = await expectUnavailable(queue.write([fact(1), wish('a')]));
    expect(error.message).to.contain('SQLITE_IOERR');
    expect(log.records).to.have.length(1);
    expect(log.records[0]?.level).to.equal('error');
  });
});
