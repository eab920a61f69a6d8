import { expect } from 'chai';
import { RE2JS } from 're2js';
import { OutputWorld, type LogRecord } from '../../../support/process/output-world.ts';
import { isNativeShimBuilt, shimPath } from '../../../support/process/shim-driver.ts';

/** What a shipper takes out of a line of a file. */
type Taken = readonly [at: string, stream: string, tag: string, text: string];

/** The pattern for the CRI log format in the documentation or the source of each shipper, in its own dialect. */
const RE2 = {
  Promtail: String.raw`^(?s)(?P<time>\S+?) (?P<stream>stdout|stderr) (?P<flags>\S+?) (?P<content>.*)$`,
  Vector: String.raw`^(?P<timestamp>.*) (?P<stream>(?:stdout|stderr)) (?P<multiline_tag>(?:P|F)) (?P<message>.*)(?:\n?)$`,
};
/** Onigmo: its dot is any character except a newline, as that of JavaScript with the flag `s` on a line. */
const FLUENT_BIT = /^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[^ ]*) (?<message>.*)$/s;
/** Likewise, with the expression of its CRI plugin. */
const FLUENTD = /^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[FP]) (?<message>.*)$/s;

function byRe2(pattern: string): (line: string) => Taken | null {
  const compiled = RE2JS.compile(pattern);
  return (line) => {
    const matcher = compiled.matcher(line);
    return matcher.find() ? ([1, 2, 3, 4].map((group) => matcher.group(group) ?? '') as unknown as Taken) : null;
  };
}

function byExpression(pattern: RegExp): (line: string) => Taken | null {
  return (line) => (pattern.exec(line)?.slice(1) as Taken | undefined) ?? null; // four groups
}

const SHIPPERS: Readonly<Record<string, (line: string) => Taken | null>> = {
  ...Object.fromEntries(Object.entries(RE2).map(([name, pattern]) => [name, byRe2(pattern)])),
  'fluent-bit': byExpression(FLUENT_BIT),
  fluentd: byExpression(FLUENTD),
};

/** Lines that are like records themselves, empty, with spaces at their ends, colours, `\r`, other alphabets, and long ones. */
const WRITER = String.raw`
  const line = (i) => [
    'line ' + i, '', '  ' + i + '  ', '\x1b[31mred\x1b[0m ' + i, i + '%\r' + (i + 1) + '%', 'Füllstand ' + i + ' € 水 🚰',
    '2026-11-27T10:00:00.123456789Z F ' + i, 'F', 'P', '{"level":"info","i":' + i + '}', 'x'.repeat(i % 1000 === 0 ? 40000 : 60),
  ][i % 11];
  for (let i = 0; i < 10000; i++) fs.writeSync(1 + (i % 3 === 0), line(i) + '\n');
  fs.writeSync(1, 'no end');
`;

describe('the files of a log', function () {
  this.timeout(60_000);
  let output: OutputWorld;
  let lines: readonly string[];
  let records: readonly LogRecord[];

  before(async function () {
    if (!isNativeShimBuilt()) this.skip();
    output = new OutputWorld(shimPath('build/coredinator-shim'));
    await output.read();
    expect(await output.write('"$1" -e "$2"', process.execPath, WRITER)).to.equal(0);
    await output.ended();
    records = output.records;
    const files = Buffer.concat(output.segments.map(({ bytes }) => bytes)).toString();
    lines = files.split('\n').slice(0, -1);
  });

  after(() => output.close());

  it('have ten thousand records, whole lines and parts of longer ones', () => {
    expect(lines).to.have.length.at.least(10_000);
    expect(lines).to.have.length(records.length);
    expect(new Set(records.map(({ stream, tag }) => `${stream} ${tag}`)).size).to.be.at.least(3);
  });

  for (const [name, take] of Object.entries(SHIPPERS)) {
    it(`are read by ${name}, record for record`, () => {
      const taken = lines.map(take);
      expect(taken.indexOf(null), 'the first line that does not match').to.equal(-1);
      for (const [index, one] of taken.entries()) {
        const record = records[index];
        const expected = [record?.at, record?.stream, record?.tag, record?.text.toString()];
        if (one?.join('\0') !== expected.join('\0')) expect(one).to.deep.equal(expected);
      }
    });
  }

  it('have lines of less than 32 KiB, beyond which fluent-bit gives up a file', () => {
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).to.be.below(32 * 1024);
  });
});
