import { expect } from 'chai';

import { inserter, planBatch, rowFor, transactionOf, type RowWrite } from '../../../../lib/store/rows/batch.ts';

const put = inserter('wish', ['subject', 'intended']);
const putActor = inserter('actor_snapshot', ['path'], 'ON CONFLICT DO NOTHING');

function drop(subject: string): RowWrite {
  return rowFor({ table: 'wish', sql: 'DROP' }, subject, [subject]);
}

function planned(...writes: readonly RowWrite[]): string[] {
  return planBatch(writes).map(
    ({ statement, rows }) => `${/^\w+ INTO \w+|^\w+/.exec(statement.sql)?.[0] ?? ''} ${rows}`,
  );
}

describe('A batch of writes', () => {
  it('puts the cells of a row in the order of the columns', () => {
    const write = put('a', { intended: 'running', subject: 'a' });
    expect(write.text).to.equal("('a','running')");
    expect(write.statement.sql).to.contain('INSERT INTO wish (subject, intended) VALUES ?1');
  });

  it('shares one statement among adjacent rows of a table, ignoring other tables', () => {
    const intention = (subject: string): RowWrite => put(subject, { subject, intended: 'x' });
    expect(
      planned(intention('a'), putActor('p', { path: 'p' }), intention('b'), putActor('q', { path: 'q' })),
    ).to.deep.equal(["INSERT INTO wish ('a','x'),('b','x')", "INSERT INTO actor_snapshot ('p'),('q')"]);
  });

  it('keeps the order within a table', () => {
    const intention = (subject: string): RowWrite => put(subject, { subject, intended: 'x' });
    expect(planned(intention('a'), drop('a'), drop('b'), intention('a'))).to.deep.equal([
      "INSERT INTO wish ('a','x')",
      'DROP [["a"],["b"]]',
      "INSERT INTO wish ('a','x')",
    ]);
  });

  it('contains each key once per statement', () => {
    expect(planned(drop('a'), drop('b'), drop('a'), drop('c'))).to.deep.equal([
      'DROP [["a"],["b"]]',
      'DROP [["a"],["c"]]',
    ]);
  });

  it('becomes one script, whatever its rows contain', () => {
    const executions = planBatch([
      rowFor({ table: 'wish', sql: 'A ?1' }, 1, ["it's $& ?1"]),
      put(1, { subject: "it's $& ?1", intended: null }),
      rowFor({ table: 'journal', sql: 'B ?1 C ?1' }, 1, ['\0; COMMIT']),
    ]);
    expect(transactionOf(executions).split(';\n')).to.deep.equal([
      'BEGIN IMMEDIATE',
      `A '[["it''s $& ?1"]]'`,
      "INSERT INTO wish (subject, intended) VALUES ('it''s $& ?1',NULL) ",
      String.raw`B '[["\u0000; COMMIT"]]' C '[["\u0000; COMMIT"]]'`,
      'COMMIT',
    ]);
  });
});
