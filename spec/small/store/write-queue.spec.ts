import { expect } from 'chai';

import type { SqlSession } from '../../../lib/store/connection.ts';
import type { StoreWrite } from '../../../lib/ports/store-writes.ts';
import { rowFor, type RowWrite } from '../../../lib/store/rows/batch.ts';
import { WriteQueue } from '../../../lib/store/write-queue.ts';
import { RecordingLog } from '../../support/store/opened-store.ts';
import { expectUnavailable } from '../../support/store/store-contract.ts';

/** A session that records its calls and fails as configured. */
class ScriptedSession implements SqlSession {
  readonly calls: string[] = [];
  scripts = 0;
  readonly failures = new Map<string, string>();
  /** No call completes before this resolves. */
  gate: Promise<void> = Promise.resolve();
  onRun: () => void = () => undefined;

  run(sql: string, ...parameters: readonly unknown[]): Promise<void> {
    return this.#call(sql.replace('?1', String(parameters[0])));
  }

  all(): Promise<readonly unknown[]> {
    return Promise.reject(new Error('The queue only writes.'));
  }

  /** Statement by statement, as SQLite does, up to the first that fails. */
  async exec(script: string): Promise<void> {
    this.scripts += 1;
    for (const statement of script.split(';\n')) await this.#call(statement.replace(/'(.*)'/, '$1'));
  }

  drop(): Promise<void> {
    return this.#call('(drop)');
  }

  async #call(text: string): Promise<void> {
    this.calls.push(text);
    this.onRun();
    await this.gate;
    const code = this.failures.get(text);
    if (code !== undefined) throw Object.assign(new Error(`${code}: told so`), { code });
  }
}

function intention(subject: string): RowWrite {
  return rowFor({ table: 'wish', sql: 'WISH ?1' }, subject, [subject]);
}

function fact(seq: number): RowWrite {
  return rowFor({ table: 'journal', sql: 'FACT ?1' }, seq, [seq]);
}

describe('The write queue', () => {
  let session: ScriptedSession;
  let log: RecordingLog;
  let queue: WriteQueue;
  let told: StoreWrite[];
  let problem: string | null;
  let checks: number;
  let now: () => number;
  const guard = {
    check: () => {
      checks += 1;
      return problem;
    },
  };

  beforeEach(() => {
    session = new ScriptedSession();
    log = new RecordingLog();
    told = [];
    problem = null;
    checks = 0;
    now = () => performance.now();
    queue = new WriteQueue({
      file: '/state/a.db',
      session,
      log,
      onWrite: (write) => told.push(write),
      guard,
      steadyMs: () => now(),
    });
  });

  it('runs a single statement without a transaction around it', async () => {
    await queue.write([intention('a'), intention('b')]);
    expect(session.calls).to.deep.equal(['WISH [["a"],["b"]]']);
  });

  it('runs several statements in one transaction and one call', async () => {
    await queue.write([intention('a'), fact(1)]);
    expect(session.scripts).to.equal(1);
    expect(session.calls).to.deep.equal(['BEGIN IMMEDIATE', 'WISH [["a"]]', 'FACT [[1]]', 'COMMIT']);
  });

  it('puts everything requested during a transaction into the next one', async () => {
    await Promise.all([1, 2, 3, 4].map((seq) => queue.write([fact(seq)])));
    expect(session.calls).to.deep.equal(['FACT [[1]]', 'FACT [[2],[3],[4]]']);
  });

  it('rolls back, and tries the members one by one, if the rows of one are rejected', async () => {
    session.failures.set('FACT [[2],[3]]', 'SQLITE_CONSTRAINT').set('FACT [[2]]', 'SQLITE_CONSTRAINT');
    const writes = [[intention('a')], [fact(2), intention('b')], [fact(3)]].map((rows) => queue.write(rows));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    expect(session.calls).to.deep.equal([
      'WISH [["a"]]',
      ...['BEGIN IMMEDIATE', 'FACT [[2],[3]]', 'ROLLBACK'],
      ...['BEGIN IMMEDIATE', 'FACT [[2]]', 'ROLLBACK'],
      'FACT [[3]]',
    ]);
  });

  it('fails all members at once, with one new connection, if the store itself cannot be written', async () => {
    session.failures.set('FACT [[2],[3],[4]]', 'SQLITE_FULL');
    const writes = [1, 2, 3, 4].map((seq) => queue.write([fact(seq)]));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'rejected', 'rejected']);
    expect(session.calls).to.deep.equal(['FACT [[1]]', 'FACT [[2],[3],[4]]', '(drop)']);
  });

  it('names the file and the error, keeps the cause, and continues', async () => {
    session.failures.set('FACT [[1]]', 'SQLITE_READONLY');
    const error = await expectUnavailable(queue.write([fact(1)]));
    expect(error.message).to.contain('/state/a.db').and.contain('SQLITE_READONLY: told so');
    expect(error.cause).to.include({ code: 'SQLITE_READONLY' });
    session.failures.clear();
    await queue.write([fact(1)]);
  });

  it('replaces the connection if it cannot leave a failed transaction', async () => {
    session.failures.set('FACT [[1]]', 'SQLITE_CONSTRAINT').set('ROLLBACK', 'SQLITE_ERROR');
    await expectUnavailable(queue.write([fact(1), intention('a')]));
    expect(session.calls.slice(-2)).to.deep.equal(['ROLLBACK', '(drop)']);
  });

  it('replaces the connection if a commit fails, and keeps the first error even if closing fails', async () => {
    session.failures.set('COMMIT', 'SQLITE_IOERR').set('(drop)', 'SQLITE_BUSY');
    const error = await expectUnavailable(queue.write([fact(1), intention('a')]));
    expect(error.message).to.contain('SQLITE_IOERR');
    expect(log.records).to.have.length(1);
    expect(log.records[0]?.level).to.equal('error');
  });

  describe('reports the result of each write', () => {
    const outcomes = (): unknown[] => told.map(({ writer, error }) => [writer, error === null ? 'durable' : 'refused']);

    it('for all that share a transaction, before their callers get it', async () => {
      const answered: number[] = [];
      const writes = [fact(1), fact(2), intention('a')].map((row, n) =>
        queue.write([row], n === 2 ? 'command' : 'flush').then(() => answered.push(told.length)),
      );
      await Promise.all(writes);
      expect(session.calls).to.have.length(5);
      expect(outcomes()).to.deep.equal([
        ['flush', 'durable'],
        ['flush', 'durable'],
        ['command', 'durable'],
      ]);
      expect(answered).to.deep.equal([1, 3, 3]);
    });

    it('once, even if the members of a transaction are tried one by one', async () => {
      session.failures.set('FACT [[2],[3]]', 'SQLITE_CONSTRAINT').set('FACT [[2]]', 'SQLITE_CONSTRAINT');
      const rows = [fact(1), fact(2), fact(3)];
      await Promise.allSettled(rows.map((row) => queue.write([row], 'ledger')));
      expect(outcomes()).to.deep.equal([
        ['ledger', 'durable'],
        ['ledger', 'refused'],
        ['ledger', 'durable'],
      ]);
    });

    it('with the error that each caller gets, also after the close', async () => {
      session.failures.set('FACT [[1]]', 'SQLITE_FULL');
      const errors = [await expectUnavailable(queue.write([fact(1)], 'flush'))];
      await queue.close();
      errors.push(await expectUnavailable(queue.write([fact(2)], 'command')));
      expect(told.map(({ error }) => error)).to.deep.equal(errors);
    });

    it('with the seconds since the call, including the wait', async () => {
      let end = (): void => undefined;
      session.gate = new Promise((resolve) => (end = resolve));
      const writes = [fact(1), fact(2)].map((row) => queue.write([row], 'flush'));
      const begunAt = performance.now();
      while (performance.now() - begunAt < 20) await new Promise((resolve) => setImmediate(resolve));
      end();
      await Promise.all(writes);
      for (const { seconds } of told) expect(seconds).to.be.within(0.02, 10);
    });

    it('unless it has no writer', async () => {
      await queue.write([fact(1)]);
      expect(told).to.deep.equal([]);
    });
  });

  describe('with files that are not those that were opened', () => {
    it('writes nothing, and says why', async () => {
      problem = 'The database is gone.';
      expect((await expectUnavailable(queue.write([intention('a')], 'command'))).message).to.equal(
        'The database is gone.',
      );
      expect(session.calls).to.deep.equal([]);
      expect(told.map(({ error }) => error?.message)).to.deep.equal(['The database is gone.']);
    });

    it('confirms no write that was committed while they were gone', async () => {
      session.onRun = () => (problem = 'The database is gone.');
      expect((await expectUnavailable(queue.write([intention('a')]))).message).to.equal('The database is gone.');
      expect(session.calls).to.have.length(1);
    });

    it('checks them before each commit and after it', async () => {
      let checksAtRun = 0;
      session.onRun = () => (checksAtRun = checks);
      await queue.write([intention('a')]);
      expect([checksAtRun, checks]).to.deep.equal([1, 2]);
    });

    describe('in commits that follow one another', () => {
      let ms: number;
      let checksAtRun: number[];

      beforeEach(() => {
        ms = 0;
        now = () => ms;
        checksAtRun = [];
        session.onRun = () => checksAtRun.push(checks);
      });

      it('checks them before each that begins 5 ms after the last check, and always after it', async () => {
        await queue.write([intention('a')]);
        ms += 4;
        await queue.write([intention('b')]);
        ms += 5;
        await queue.write([intention('c')]);
        expect([...checksAtRun, checks]).to.deep.equal([1, 2, 4, 5]);
      });

      it('checks them before the one after a failure', async () => {
        await queue.write([intention('a')]);
        session.failures.set('WISH [["b"]]', 'SQLITE_CONSTRAINT');
        await expectUnavailable(queue.write([intention('b')]));
        await queue.write([intention('c')]);
        expect([...checksAtRun, checks]).to.deep.equal([1, 2, 3, 4]);
      });
    });

    it('continues as soon as they are back', async () => {
      problem = 'The database is gone.';
      await expectUnavailable(queue.write([intention('a')]));
      problem = null;
      await queue.write([intention('b')]);
      expect(session.calls).to.deep.equal(['WISH [["b"]]']);
    });
  });
});
