import { expect } from 'chai';
import { colorsFor } from '../../../lib/cli/output/colors.ts';
import { printJson } from '../../../lib/cli/output/io.ts';
import { Progress } from '../../../lib/cli/output/progress.ts';
import { headOf, table, type Cell } from '../../../lib/cli/output/table.ts';
import { KeptText } from '../../support/command.ts';

const cells = (...texts: readonly string[]): readonly Cell[] => texts.map((text) => ({ text }));
const HEAD = cells('ID', 'STATE', 'REASON');
const ROWS = [cells('pump1-corerl', 'failed', 'exited with code 3\nafter 2 s'), cells('x', 'running', '')];

describe('a table of the command line', () => {
  it('has columns without borders and one line per row, and cuts nothing without a width', () => {
    expect(table(HEAD, ROWS)).to.equal(
      'ID            STATE    REASON\n' +
        'pump1-corerl  failed   exited with code 3 after 2 s\n' +
        'x             running\n',
    );
  });

  it('cuts the longest column to the width of the terminal', () => {
    expect(table(HEAD, ROWS, 40)).to.equal(
      'ID            STATE    REASON\n' + 'pump1-corerl  failed   exited with code…\n' + 'x             running\n',
    );
  });

  it('cuts the first column last, because users need whole ids', () => {
    const rows = [cells('a-very-long-id-of-a-service', 'failed (exhausted)', 'exited with code 3')];
    expect(table(HEAD, rows, 50)).to.include('\na-very-long-id-of-a-service  failed …  exited wit…\n');
    expect(table(HEAD, rows, 30)).to.include('\na-very-long-id-…  fai…  exite…\n');
  });

  describe('with columns that are named', () => {
    const head = headOf(
      ['SERVICE', 'STATE', 'PID', 'VERSION', 'AGENTS', 'CONFIG', 'REASON'],
      colorsFor(new KeptText(), {}),
    );
    const row = cells(
      ...['pump1-corerl', 'failed (exhausted)', '4194303', '1.2.3', 'pump1,pump2,pump3', '/plant/lines/7/pump1.yaml'],
      'exited with code 3 after 2 s',
    );
    const width = (text: string): number => Math.max(...text.split('\n').map(({ length }) => length));

    it('cuts where something comes from before anything that says how it is', () => {
      const lines = table(head, [row], 100);
      expect(lines).to.match(/ {2}1\.2\.3 {4}pump1\S*… {2}\/pl\S*… {2}exited with code 3 after 2 s\n/);
      expect(width(lines)).to.be.at.most(100);
    });

    it('never cuts a state or a process id, however narrow the terminal is', () => {
      for (let columns = 10; columns <= 130; columns += 1) {
        const lines = table(head, [row], columns);
        expect(lines, String(columns)).to.include('failed (exhausted)').and.to.include('4194303');
        if (columns >= 56) expect(width(lines), String(columns)).to.be.at.most(columns);
      }
    });

    it('omits what gives way before it cuts an id', () => {
      const lines = table(head, [row], 62);
      expect(lines).to.include('pump1-corerl  ').and.not.to.include('/plant');
      expect(lines.split('\n')[0]).not.to.include('CONFIG');
    });
  });

  it('fits every width that leaves its columns six characters', () => {
    for (let width = 18; width < 60; width += 1) {
      for (const line of table(HEAD, ROWS, width).trimEnd().split('\n')) {
        expect(line.length, `${width}: ${line}`).to.be.at.most(width);
      }
    }
  });

  it('does not count colours as width', () => {
    const red = (text: string): string => `\x1b[31m${text}\x1b[39m`;
    expect(table(cells('A', 'B'), [[{ text: 'on', paint: red }, { text: 'off' }]])).to.equal(
      `A   B\n${red('on')}  off\n`,
    );
  });
});

describe('colours', () => {
  it('are for terminals that support them', () => {
    const painted = (columns: number, env: NodeJS.ProcessEnv): string => colorsFor(new KeptText(columns), env).red('x');
    expect(painted(80, {})).to.equal('\x1b[31mx\x1b[39m');
    expect(painted(0, {})).to.equal('x');
    expect(painted(80, { NO_COLOR: '1' })).to.equal('x');
    expect(painted(80, { NO_COLOR: '' })).to.not.equal('x');
    expect(painted(80, { TERM: 'dumb' })).to.equal('x');
  });
});

describe('progress', () => {
  it('is one line on a terminal that is removed again, and nothing elsewhere', () => {
    const [terminal, file] = [new KeptText(6), new KeptText()];
    for (const stream of [terminal, file]) {
      const progress = new Progress(stream);
      progress.say('waiting');
      progress.clear();
    }
    expect(terminal.text).to.equal('\r\x1b[Kwaiti\r\x1b[K');
    expect(file.text).to.equal('');
  });
});

it('JSON for programs is one document', () => {
  const out = new KeptText();
  printJson(out, { a: [1] });
  expect(JSON.parse(out.text)).to.deep.equal({ a: [1] });
});
