import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { diceOf } from '../../../support/dice.ts';
import { buildShimWithFaults, OutputWorld, STREAM_NAMES } from '../../../support/process/output-world.ts';
import { isNativeShimBuilt } from '../../../support/process/shim-driver.ts';

/** The next of as many numbers from 0 on. */
type Die = (sides: number) => number;

function dieOf(seed: number): Die {
  const dice = diceOf(seed);
  return (sides) => Math.floor(dice() * sides);
}

/** One piece of output of each kind. */
const KINDS: Readonly<Record<string, (die: Die, index: number) => Buffer>> = {
  'numbered lines': (die, index) => Buffer.from(`${index} ${'x'.repeat(die(120))}\n`),
  'lines of 20 to 200 kB': (die, index) => Buffer.from(`${index} ${'abc'.repeat(7_000 + die(60_000))}\n`),
  'lines of a byte': (die) => Buffer.from(die(2) === 0 ? '\n' : 'y\n'),
  'long text in UTF-8': (die) => Buffer.from(`${'ä€😀z'.repeat(1 + die(9_000))}\n`),
  // 0xFF marks what has not been read; at the end of a read it could be lost.
  'bytes that are no text': (die) => Buffer.from(Array.from({ length: 997 }, () => die(255))),
};

function outputOf(kind: string, seed: number, bytes: number): Buffer {
  const die = dieOf(seed);
  const pieces: Buffer[] = [];
  let total = 0;
  for (let index = 0; total < bytes; index += 1) {
    const piece = KINDS[kind]?.(die, index) ?? Buffer.alloc(0);
    pieces.push(piece);
    total += piece.length;
  }
  return Buffer.concat(pieces);
}

/** A line without its end gets one at the end of the launch. */
function withNewline(bytes: Buffer): Buffer {
  return bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, Buffer.from('\n')]);
}

describe('a reader that is killed', function () {
  this.timeout(60_000);
  let folder: string;
  let binary: string;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'coredinator-faults-'));
    binary = buildShimWithFaults(folder);
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  let output: OutputWorld;
  afterEach(() => output.close());

  /** Both streams at once. */
  async function storm(kind: string, seed: number, bytes: number, interfere: () => Promise<void>): Promise<Buffer[]> {
    const written = STREAM_NAMES.map((_, index) => outputOf(kind, seed + index, bytes));
    const files = written.map((content, index) => {
      const file = join(output.runDir, `content${index}`);
      writeFileSync(file, content);
      return file;
    });
    const over = new AbortController();
    const writing = output.write('cat "$1" & cat "$2" >&2; wait', ...files).finally(() => {
      over.abort();
    });
    while (!over.signal.aborted) await interfere();
    expect(await writing).to.equal(0);
    return written;
  }

  function expectAll(written: readonly Buffer[], what: string): void {
    for (const [index, stream] of STREAM_NAMES.entries()) {
      const [got, wanted] = [output.outputOf(stream), withNewline(written[index] ?? Buffer.alloc(0))];
      const first = got.findIndex((byte, at) => byte !== wanted[at]);
      expect(got.length, `${what}: bytes of ${stream}; the first difference is at ${first}`).to.equal(wanted.length);
      expect(first, `${what}: the first difference in ${stream}`).to.equal(-1);
    }
  }

  for (const [number, kind] of Object.keys(KINDS).entries()) {
    it(`loses and doubles nothing at any moment of a storm: ${kind}`, async () => {
      output = new OutputWorld(binary);
      const die = dieOf(number);
      await output.read();
      const bytes = kind === 'lines of a byte' ? 100_000 : 1_500_000; // one record for each line
      const written = await storm(kind, number, bytes, async () => {
        await pause(die(4));
        await output.kill();
        await output.read();
      });
      await output.ended();
      expect(output.deaths).to.be.at.least(1);
      expectAll(written, kind);
    });
  }

  const FAULTS = ['read:3', 'writing:20', 'written:60', 'appended:5', 'counted:9', 'moved:2', 'dirty:2', 'grown:3'];
  for (const fault of FAULTS) {
    it(`loses and doubles nothing between two steps: ${fault}`, async () => {
      for (const kind of ['numbered lines', 'long text in UTF-8']) {
        output = new OutputWorld(binary);
        await output.read(fault);
        const written = await storm(kind, 7, 400_000, () => output.revived(fault));
        await output.ended(fault);
        expect(output.deaths, `${kind}: deaths`).to.be.at.least(1);
        expectAll(written, kind);
        await output.close();
      }
    });
  }

  // A service may already run while its shim still prepares to read.
  for (const fault of ['begun:1', 'grown:1', 'grown:2']) {
    it(`leaves all to the next one if it is killed before it reads: ${fault}`, async () => {
      output = new OutputWorld(binary);
      await output.read(fault);
      const written = await storm('numbered lines', 5, 200_000, () => output.revived('begun:2'));
      await output.ended();
      expect(output.deaths).to.equal(1);
      expectAll(written, fault);
    });
  }

  for (const fault of ['removed:2', 'rotated:2']) {
    it(`leaves whole segments without a gap between them: ${fault}`, async () => {
      output = new OutputWorld(binary, { maxBytes: 512 * 1024 });
      await output.read(fault);
      const written = await storm('numbered lines', 11, 2_000_000, () => output.revived(fault));
      await output.ended(fault);
      expect(output.deaths).to.be.at.least(1);
      const { segments } = output;
      for (const [index, { start }] of segments.entries()) {
        const before = segments[index - 1];
        if (before !== undefined) expect(start).to.equal(before.start + before.bytes.length);
      }
      let total = 0;
      for (const [index, stream] of STREAM_NAMES.entries()) {
        const got = output.outputOf(stream);
        expect(got.equals((written[index] ?? got).subarray(-got.length || Infinity)), stream).to.equal(true);
        total += got.length;
      }
      expect(total).to.be.at.least(100_000);
    });
  }
});
