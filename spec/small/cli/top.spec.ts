import { expect } from 'chai';
import type { ServiceUsageView } from '../../../lib/api/schemas/usage.ts';
import { colorsFor } from '../../../lib/cli/output/colors.ts';
import { firstRow, keysIn, press, type Choice } from '../../../lib/cli/top/choice.ts';
import { frame, rowsPerPage } from '../../../lib/cli/top/frame.ts';
import { ordered, type Snapshot, type Row } from '../../../lib/cli/top/snapshot.ts';
import type { PublicState } from '../../../lib/model/states.ts';
import { KeptText } from '../../support/command.ts';
import { serviceView } from '../../support/control/fake-control.ts';

const CHOICE: Choice = { sort: 'cpu', isReversed: false, first: 0 };
const [UP, DOWN, PAGE_DOWN, END] = ['\x1b[A', '\x1b[B', '\x1b[6~', '\x1b[F'];

function usage(id: string, cpu: number | null, rss: number): ServiceUsageView {
  return { id, cpu_seconds: 1, cpu_percent: cpu, rss_bytes: rss, processes: 2 };
}

function row(id: string, state: PublicState, used: ServiceUsageView | null = null): Row {
  return { service: serviceView(id, state), usage: used };
}

function picture(rows: readonly Row[]): Snapshot {
  const health = {
    status: 'healthy',
    process_id: 1,
    service: 'coredinator',
    name: 'Plant 7',
    version: '1.0.0',
  } as const;
  const host = { cpu_seconds: 1, cpu_percent: 0.4, rss_bytes: 92_274_688, event_loop_lag_ms: null };
  return { health, usage: { at: '2026-01-02T03:04:05.678Z', supported: true, services: [], host }, rows };
}

const ROWS = [
  row('a', 'running', usage('a', 1, 300)),
  row('b', 'stopped'),
  row('c', 'failed', usage('c', null, 100)),
  row('d', 'running', usage('d', 7, 200)),
];
const SITE = {
  url: 'http://127.0.0.1:8000',
  colors: colorsFor(new KeptText(), {}),
  now: Date.parse('2026-01-02T03:05:05.678Z'),
  columns: 100,
};

describe('the keys of top', () => {
  it('are distinguished when a terminal sends several at once', () => {
    expect(keysIn(`q${UP}c${PAGE_DOWN}\x03`)).to.deep.equal(['q', UP, 'c', PAGE_DOWN, '\x03']);
  });

  it('q quits, Ctrl-C interrupts, and other keys do nothing', () => {
    expect(press(CHOICE, 'q', 3, 9)).to.equal('quit');
    expect(press(CHOICE, '\x03', 3, 9)).to.equal('interrupt');
    expect(press(CHOICE, 'x', 3, 9)).to.equal(CHOICE);
  });

  it('the letter of an order selects it, starting at its first row, and reverses it if it is already selected', () => {
    const byMemory = press({ ...CHOICE, first: 4 }, 'm', 3, 9);
    expect(byMemory).to.deep.equal({ sort: 'memory', isReversed: false, first: 0 });
    expect(press(byMemory as Choice, 'm', 3, 9)).to.include({ sort: 'memory', isReversed: true });
    expect(press({ ...CHOICE, isReversed: true }, 'c', 3, 9)).to.include({ sort: 'cpu', isReversed: false });
  });

  it('move within the rows', () => {
    const firstAfter = (...keys: readonly string[]): number =>
      keys.reduce<Choice>((choice, key) => press(choice, key, 3, 9) as Choice, CHOICE).first;
    expect(firstAfter(DOWN)).to.equal(1);
    expect(firstAfter('j', 'k', UP)).to.equal(0);
    expect(firstAfter(PAGE_DOWN)).to.equal(3);
    expect(firstAfter(END, DOWN)).to.equal(6);
    expect(firstRow(6, 20, 9)).to.equal(0);
  });
});

describe('the orders of top', () => {
  const ids = (sort: Choice['sort'], isReversed = false): string =>
    ordered(ROWS, { sort, isReversed })
      .map(({ service }) => service.id)
      .join('');

  it('put urgent rows first, and keep the order of equal ones', () => {
    expect(ids('cpu')).to.equal('dabc');
    expect(ids('memory')).to.equal('adcb');
    expect(ids('state')).to.equal('cadb');
    expect(ids('restarts')).to.equal('abcd');
    expect(ids('id')).to.equal('abcd');
    expect(ids('id', true)).to.equal('dcba');
  });
});

describe('a frame of top', () => {
  it('has exactly the lines of the terminal, none wider than it', () => {
    for (const rows of [9, 24]) {
      for (const columns of [60, 100]) {
        const lines = frame(picture(ROWS), CHOICE, { ...SITE, columns }, rowsPerPage(rows), null);
        expect(lines).to.have.length(rows);
        for (const line of lines) expect(line.length, line).to.be.at.most(columns);
      }
    }
  });

  it('summarizes host and services, and shows the usage of each', () => {
    const lines = frame(picture(ROWS), CHOICE, SITE, rowsPerPage(24), null);
    expect(lines[0]).to.equal('http://127.0.0.1:8000  version 1.0.0  healthy');
    expect(lines[1]).to.equal('4 services: 2 running, 1 stopped, 1 failed  1K  host 0.4% cpu, 88M');
    expect(lines[4]).to.match(/^d +running +7\.0 +0K +2 +- +0 +1m$/);
    expect(lines[7]).to.match(/^c +failed +- +0K +2/);
  });

  it('says which rows are visible, and shows an error instead of the keys', () => {
    const page = rowsPerPage(8);
    expect(frame(picture(ROWS), { ...CHOICE, first: 9 }, SITE, page, null).at(-1)).to.match(
      /^rows 2 to 4 of 4 {2}q quit/,
    );
    expect(frame(picture(ROWS), CHOICE, SITE, page, 'No Coredinator answers.').at(-1)).to.equal(
      'No Coredinator answers.',
    );
  });

  it('without services is an empty table', () => {
    expect(frame(picture([]), CHOICE, SITE, rowsPerPage(8), null)[1]).to.match(/^0 services {2}0K/);
  });
});
