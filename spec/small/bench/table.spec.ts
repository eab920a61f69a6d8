import { expect } from 'chai';
import { createFigures, FLOOR, LIMIT, summarize, type Title } from '../../../bench/report/figures.js';
import { cell, format, rowsTable } from '../../../bench/report/table.js';

const START: Title = { id: 'start', title: 'start', unit: 'ms', better: 'less' };
const RATE: Title = { id: 'rate', title: 'status', unit: 'requests/s', better: 'more' };

function figuresOf(row: string, columns: Readonly<Record<string, readonly number[]>>) {
  const figures = createFigures();
  for (const [column, values] of Object.entries(columns))
    values.forEach((value, round) => {
      figures.note(row, column, round, value);
    });
  return figures;
}

describe('the table of the benchmark', () => {
  it('compares with the best peer, which is the smallest where less is better', () => {
    const figures = figuresOf('start', { us: [6, 8, 10], slow: [20, 20, 20], quick: [3, 4, 5], [LIMIT]: [1, 1, 1] });
    const [row] = summarize(figures, [START], 'us');
    expect(row?.best).to.equal('quick');
    expect(row?.toBest).to.deep.equal({ median: 2, min: 2, max: 2, rounds: 3 });
    expect(row?.toLimit?.median).to.equal(8);
  });

  it('takes the largest as the best where more is better, and the limit is no peer', () => {
    const [row] = summarize(figuresOf('rate', { us: [100], a: [50], b: [200], [LIMIT]: [900] }), [RATE], 'us');
    expect(row?.best).to.equal('b');
    expect(row?.toBest?.median).to.equal(0.5);
  });

  it('compares with the floor round by round, and does not take it for a peer', () => {
    const figures = figuresOf('start', { us: [6, 8], quick: [3, 4], [FLOOR]: [2, 4], [LIMIT]: [1, 1] });
    const [row] = summarize(figures, [START], 'us');
    expect(row?.best).to.equal('quick');
    expect(row?.toFloor).to.deep.equal({ median: 2.5, min: 2, max: 3, rounds: 2 });
    expect(summarize(figuresOf('start', { us: [6], quick: [3] }), [START], 'us')[0]?.toFloor).to.equal(null);
    expect(summarize(figuresOf('start', { us: [6], [FLOOR]: [3] }), [START], 'us')[0]?.best).to.equal(null);
  });

  it('leaves out rows without figures, and ratios of plain rows', () => {
    const figures = figuresOf('start', { us: [6], other: [3] });
    expect(summarize(figures, [RATE], 'us')).to.deep.equal([]);
    expect(summarize(figures, [{ ...START, plain: true }], 'us')[0]?.toBest).to.equal(null);
  });

  it('shows three significant digits, and the range only if it differs', () => {
    expect([8432.4, 84.32, 8.432, 0.08432, 100, 10, 0].map(format)).to.deep.equal([
      '8,432',
      '84.3',
      '8.43',
      '0.084',
      '100',
      '10',
      '0',
    ]);
    expect(cell({ median: 5, min: 4, max: 6.5, rounds: 3 })).to.equal('5 (4–6.5)');
    expect(cell({ median: 5, min: 5, max: 5, rounds: 3 })).to.equal('5');
    expect(cell(null)).to.equal('–');
  });

  it('has a column for each peer, a dash where one has no figure, and our own figure in bold where it is first', () => {
    const figures = figuresOf('start', { us: [2], a: [4], [LIMIT]: [1] });
    const table = rowsTable(summarize(figures, [START], 'us'), ['us', 'a', 'b'], 'us');
    expect(table.split('\n')).to.deep.equal([
      '| row | us | a | b | limit | to the best peer | to the limit |',
      '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
      '| start, ms | **2** | 4 | – | 1 | 0.5 × a | 2 × |',
    ]);
    const behind = rowsTable(summarize(figures, [START], 'a'), ['us', 'a'], 'a');
    expect(behind).to.contain('| start, ms | 2 | 4 | 1 | 2 × us | 4 × |');
  });

  it('has the floor and the ratio to it where it was measured, and the bold figure is that of the first peer all the same', () => {
    const figures = figuresOf('start', { us: [3], a: [4], [FLOOR]: [2], [LIMIT]: [1] });
    figures.note('rate', 'us', 0, 100);
    const table = rowsTable(summarize(figures, [START, RATE], 'us'), ['us', 'a', FLOOR], 'us');
    expect(table.split('\n')).to.deep.equal([
      '| row | us | a | floor | limit | to the best peer | to the floor | to the limit |',
      '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
      '| start, ms | **3** | 4 | 2 | 1 | 0.75 × a | 1.5 × | 3 × |',
      '| status, requests/s | 100 | – | – | – | – | – | – |',
    ]);
  });
});
