import { expect } from 'chai';
import { appendFileSync, closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../../support/eventually.ts';
import { OutputWorld } from '../../../support/process/output-world.ts';
import { isNativeShimBuilt, shimPath } from '../../../support/process/shim-driver.ts';

/** Where a reader keeps the time of the newest record (`struct ground` in output.h). */
const LAST_TIME_AT = 64;
/** Lines of each stream, written in turn. Without a pause between them most are displaced. */
const PAIRS = 250;

describe('the records of a launch', function () {
  this.timeout(20_000);
  let output: OutputWorld;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  async function open(): Promise<void> {
    await (output as OutputWorld | undefined)?.close();
    output = new OutputWorld(shimPath('build/coredinator-shim'));
    await output.read();
  }

  beforeEach(open);

  afterEach(() => output.close());

  /** The output of a script, read to its end. */
  async function written(script: string): Promise<OutputWorld> {
    expect(await output.write(script)).to.equal(0);
    await output.ended();
    return output;
  }

  it('have one line each, with its stream, in the order of arrival', async () => {
    const { records } = await written('echo one; sleep 0.05; echo two >&2; sleep 0.05; echo three');
    expect(records.map(({ stream, tag, text }) => `${stream} ${tag} ${text.toString()}`)).to.deep.equal([
      'stdout F one',
      'stderr F two',
      'stdout F three',
    ]);
  });

  it('have the time of the read in UTC with nanoseconds, which never goes back', async () => {
    const before = Date.now();
    const { records } = await written('for i in 1 2 3 4 5; do echo $i; echo $i >&2; done');
    const times = records.map(({ at }) => at);
    expect([...times].sort()).to.deep.equal(times);
    // JavaScript reads the milliseconds of a time.
    expect(Date.parse(times[0] ?? '')).to.be.within(before, Date.now());
    expect(Date.parse(times.at(-1) ?? '')).to.be.within(before, Date.now());
  });

  it('keep empty lines, carriage returns, NULs and bytes that are no text', async () => {
    await written(String.raw`printf 'a\r\n\n\0b\377\376c\n'`);
    expect(output.outputOf('stdout')).to.deep.equal(Buffer.from('a\r\n\n\0b\xff\xfec\n', 'latin1'));
  });

  it('show an unfinished line after 200 ms of silence, and the rest of it when it comes', async () => {
    const begun = performance.now();
    const run = written(`printf 'name: '; sleep 0.7; echo 'pump'; printf last`);
    await eventually(() => expect(output.textsOf('stdout')).to.deep.equal(['P name: ']));
    expect(performance.now() - begun).to.be.at.least(200);
    await run;
    expect(output.textsOf('stdout')).to.deep.equal(['P name: ', 'F pump', 'P last', 'F ']);
  });

  it('have at most 16 KiB of text, cut between characters', async () => {
    await written(`awk 'BEGIN { for (i = 0; i < 12000; i++) printf "ä€"; print "" }'`);
    const texts = output.records.map(({ text }) => text);
    expect(texts.every((text) => text.length <= 16_384)).to.equal(true);
    expect(texts.every((text) => Buffer.from(text.toString()).equals(text))).to.equal(true);
    expect(output.outputOf('stdout').toString()).to.equal(`${'ä€'.repeat(12_000)}\n`);
  });

  it('are pieces of one line without a newline, however long it is', async () => {
    const script = `head -c 220000 /dev/zero | tr '\\0' x; echo between >&2; sleep 0.3; head -c 220000 /dev/zero | tr '\\0' y`;
    await written(script);
    const pieces = output.records.filter(({ stream }) => stream === 'stdout');
    expect(pieces.slice(0, -1).every(({ tag, text }) => tag === 'P' && text.length > 0)).to.equal(true);
    expect(pieces.at(-1)).to.deep.include({ tag: 'F', text: Buffer.alloc(0) });
    expect(Math.max(...pieces.map(({ text }) => text.length))).to.equal(16_384);
    expect(output.outputOf('stdout').toString()).to.equal(`${'x'.repeat(220_000)}${'y'.repeat(220_000)}\n`);
    expect(output.textsOf('stderr')).to.deep.equal(['F between']);
  });

  it('of both streams have the order of their writing if it is a millisecond apart, on a machine that is not busy', async () => {
    const wait = 'const wait = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);';
    const loop = `for (let i = 0; i < ${PAIRS}; i++) for (const s of [1, 2]) { fs.writeSync(s, i + "\\n"); wait(); }`;
    const displaced: number[] = [];
    // A reader that waits for a processor gets several lines at once, so one quiet run in five is enough.
    while (displaced.length < 5 && !displaced.some((count) => count <= PAIRS / 25)) {
      if (displaced.length > 0) await open();
      expect(await output.write('"$1" -e "$2"', process.execPath, `${wait} ${loop}`)).to.equal(0);
      await output.ended();
      const order = output.records.map(({ stream, text }) => 2 * Number(text) + (stream === 'stderr' ? 1 : 0));
      expect(order).to.have.length(2 * PAIRS);
      displaced.push(order.filter((place, index) => place !== index).length);
    }
    expect(Math.min(...displaced), displaced.join(', ')).to.be.at.most(PAIRS / 25);
  });

  it('have every line of a writer that opens its own output again, in whatever way', async () => {
    const script = `echo a > /dev/stdout; echo b >> /dev/stderr; echo c | tee /dev/stderr; echo d | dd of=/dev/stdout 2>/dev/null
      (sleep 0.1; echo daemon) & wait`;
    await written(script);
    expect(output.textsOf('stdout')).to.deep.equal(['F a', 'F c', 'F d', 'F daemon']);
    expect(output.textsOf('stderr')).to.deep.equal(['F b', 'F c']);
  });

  it('have no time before that of earlier ones, although the clock was set back', async () => {
    const keeper = output.write('echo a; sleep 2'); // or the reader would end with the first writer
    await eventually(() => expect(output.textsOf('stdout')).to.deep.equal(['F a']));
    await output.kill();
    const tomorrow = BigInt(Date.now() + 24 * 3_600_000) * 1_000_000n;
    const ground = openSync(join(output.runDir, 'reader'), 'r+');
    writeSync(ground, Buffer.from(BigUint64Array.of(tomorrow).buffer), 0, 8, LAST_TIME_AT); // as if the clock had been there
    closeSync(ground);
    await output.read();
    await output.write('echo b');
    await keeper;
    await output.ended();
    const times = output.records.map(({ at }) => at);
    expect(times[1]).to.equal(`${new Date(Number(tomorrow / 1_000_000n)).toISOString().slice(0, -1)}000000Z`);
  });

  it('follow those of a log whose reader has left nothing else, behind a torn one', async () => {
    await output.write('echo a; printf unfinished');
    await output.ended();
    rmSync(join(output.runDir, 'reader'));
    const [segment = ''] = readdirSync(output.logDir);
    appendFileSync(join(output.logDir, segment), '2026-11-27T10:00:00.123456789Z stdout F to');
    await output.write('echo b');
    await output.read();
    await output.ended();
    expect(output.textsOf('stdout')).to.deep.equal(['F a', 'P unfinished', 'F ', 'F b']);
  });

  it('are read to the end by a reader that comes when the writer has gone', async () => {
    await output.kill();
    expect(await output.write('echo early; printf unfinished >&2')).to.equal(0);
    await output.read();
    await output.ended();
    expect(output.textsOf('stdout')).to.deep.equal(['F early']);
    expect(output.textsOf('stderr')).to.deep.equal(['P unfinished', 'F ']);
  });

  it('wait for a reader as long as there is none, without SIGPIPE', async () => {
    await output.kill();
    let isOver = false;
    const writing = output.write('seq 300000; echo done').finally(() => (isOver = true));
    await pause(300);
    expect(isOver).to.equal(false);
    await output.read();
    expect(await writing).to.equal(0);
    await output.ended();
    const lines = output.outputOf('stdout').toString().split('\n');
    expect(lines).to.have.length(300_002);
    expect(lines.at(-2)).to.equal('done');
  });

  it('are those of one reader: a second one is refused', async () => {
    const second = output.readToo();
    await eventually(() => expect(second.exitCode).to.equal(75));
  });
});
