import { expect } from 'chai';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SmallDisk } from '../../../support/built/small-disk.ts';
import { eventually } from '../../../support/eventually.ts';
import { OutputWorld } from '../../../support/process/output-world.ts';
import { isNativeShimBuilt, shimPath } from '../../../support/process/shim-driver.ts';

const KIB = 1024;
const MAX_BYTES = 512 * KIB;

describe('the log of a launch', function () {
  this.timeout(20_000);
  let output: OutputWorld;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  beforeEach(async () => {
    output = new OutputWorld(shimPath('build/coredinator-shim'), { maxBytes: MAX_BYTES });
    await output.read();
  });

  afterEach(() => output.close());

  /** Bytes of all its files now. */
  function held(): number {
    const files = readdirSync(output.logDir).map((name) => join(output.logDir, name));
    return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  }

  it('has no file before there is output', async () => {
    await pause(50);
    expect(readdirSync(output.logDir)).to.deep.equal([]);
  });

  it('never holds more than its bound, and at least three quarters of it', async () => {
    const over = new AbortController();
    const writing = output.write('seq 400000').finally(() => {
      over.abort();
    });
    const sizes: number[] = [];
    while (!over.signal.aborted) {
      sizes.push(held());
      await pause(1);
    }
    await writing;
    await output.ended();
    expect(Math.max(...sizes)).to.be.at.most(MAX_BYTES);
    expect(held()).to.be.within(0.75 * MAX_BYTES, MAX_BYTES);
    expect(output.textsOf('stdout').at(-1)).to.equal('F 400000');
  });

  it('is in segments that are named by their offset and follow each other', async () => {
    await output.write('seq 100000');
    await output.ended();
    const { segments } = output;
    expect(segments.length).to.be.at.least(6);
    expect(segments[0]?.start).to.be.at.least(1);
    for (const [index, { start }] of segments.entries()) {
      const before = segments[index - 1];
      if (before !== undefined) expect(start).to.equal(before.start + before.bytes.length);
    }
  });

  it('costs its reader no wakeup and little memory while nothing is written', async () => {
    const other = new OutputWorld(shimPath('build/coredinator-shim'), { maxBytes: MAX_BYTES });
    await other.read();
    const worlds = [output, other]; // or all pages of the program would count as those of the one
    const keepers = worlds.map((world) => world.write('sleep 3'));
    await Promise.all(worlds.map((world) => world.write('seq 50000; seq 50000 >&2')));
    await pause(1_500);
    const readers = worlds.map(({ readerPid }) => readerPid);
    const before = readers.map(wakeupsOf);
    await pause(1_000);
    expect(readers.map(wakeupsOf)).to.deep.equal(before);
    for (const reader of readers) expect(privateKibOf(reader)).to.be.within(4, 60);
    await Promise.all(keepers);
    await other.close();
  });

  describe('on a full disk', () => {
    let disk: SmallDisk | null = null;

    beforeEach(async function () {
      await output.close();
      disk = SmallDisk.mount(3);
      if (disk === null) this.skip();
      output = new OutputWorld(shimPath('build/coredinator-shim'), { maxBytes: MAX_BYTES, folder: disk.folder });
      await output.read();
    });

    afterEach(async () => {
      await output.close();
      disk?.unmount();
      disk = null;
    });

    it('drops what does not fit, never holds up the service, and reports exactly what is missing', async () => {
      const keeper = output.write('sleep 2'); // or the reader would end with the first writer
      await output.write('echo before; seq 1000 >&2');
      await eventually(() => expect(output.textsOf('stderr')).to.have.length(1_000));
      disk?.fill();
      expect(await output.write('seq 20000; seq 300 >&2')).to.equal(0); // more than a pipe holds
      await eventually(() => expect(readdirSync(output.logDir)).to.include('3.gaps')); // it tries to report
      disk?.empty();
      // Without new output.
      const gap = await eventually(() => {
        const [first] = output.gaps as { offset: number; stdout: number; stderr: number }[];
        if (first === undefined) throw new Error('no gap yet');
        return first;
      });
      await output.write('echo after');
      await keeper;
      await output.ended();
      const record = `F [coredinator] gap: ${gap.stdout} bytes of stdout and ${gap.stderr} of stderr could not be written`;
      expect(output.textsOf('stderr')).to.include(record);
      const written = output.outputOf('stdout').length + output.outputOf('stderr').length - `${record}\n`.length + 2;
      const rest = 'before\nafter\n'.length + sizeOfSequence(1_000);
      expect(gap.stdout + gap.stderr).to.equal(sizeOfSequence(20_000) + sizeOfSequence(300) + rest - written);
      expect(output.textsOf('stdout')[0]).to.equal('F before');
      expect(output.textsOf('stdout').at(-1)).to.equal('F after');
      expect(
        output.segments.some(({ start, bytes }) => start <= gap.offset && gap.offset < start + bytes.length),
      ).to.equal(true);
    });

    it('reports what is missing although nothing is written any longer, once there is room', async () => {
      disk?.fill();
      await output.write('seq 20000; echo oh >&2'); // its reader ends with it
      await pause(500);
      disk?.empty();
      await output.ended();
      expect(output.gaps).to.deep.equal([{ offset: 0, stdout: sizeOfSequence(20_000), stderr: 3 }]);
      expect(output.textsOf('stdout')).to.deep.equal([]);
      expect(output.textsOf('stderr')).to.have.length(1);
    });
  });

  describe('whose reader could not keep what it has read, because the disk was full', () => {
    let disk: SmallDisk | null = null;

    beforeEach(async function () {
      await output.close();
      disk = SmallDisk.mount(3);
      if (disk === null) this.skip();
      disk.fill();
      output = new OutputWorld(shimPath('build/coredinator-shim'), { maxBytes: MAX_BYTES, folder: disk.folder });
      await output.read();
    });

    afterEach(async () => {
      await output.close();
      disk?.unmount();
      disk = null;
    });

    it('is continued by the next reader', async () => {
      disk?.empty();
      const keeper = output.write('seq 10000; sleep 2');
      await eventually(() => expect(output.textsOf('stdout').at(-1)).to.equal('F 10000'));
      await output.kill();
      await output.read();
      await output.write('echo after');
      await keeper;
      await output.ended();
      expect(output.textsOf('stdout').slice(-3)).to.deep.equal(['F 9999', 'F 10000', 'F after']);
    });
  });

  describe('of which somebody removes files', () => {
    /** Goes on after the next command, or the reader would end with its first writer. */
    let keeper: Promise<unknown>;

    beforeEach(async () => {
      keeper = output.write('sleep 2');
      await output.write('seq 30000');
      await eventually(() => expect(output.textsOf('stdout').at(-1)).to.equal('F 30000'));
    });

    afterEach(() => keeper);

    it('keeps its bound', async () => {
      const [oldest] = readdirSync(output.logDir).sort();
      rmSync(join(output.logDir, oldest ?? ''));
      for (let round = 0; round < 4; round += 1) {
        await output.write('seq 10000');
        await eventually(() => expect(output.textsOf('stdout').at(-1)).to.equal('F 10000'));
        expect(held()).to.be.at.most(MAX_BYTES);
      }
      expect(held()).to.be.at.least(0.75 * MAX_BYTES);
    });

    it('continues in a new file, although the newest one was open', async () => {
      for (const name of readdirSync(output.logDir)) rmSync(join(output.logDir, name));
      await output.write('echo after');
      await eventually(() => expect(output.textsOf('stdout')).to.deep.equal(['F after']));
    });

    it('continues in a new file, although its reader was killed in the meantime', async () => {
      await output.kill();
      rmSync(join(output.logDir, readdirSync(output.logDir).sort().at(-1) ?? ''));
      await output.read();
      await output.write('echo after');
      await eventually(() => expect(output.textsOf('stdout').at(-1)).to.equal('F after'));
    });

    it('continues in a new folder', async () => {
      rmSync(output.logDir, { recursive: true });
      await output.write('echo after');
      await eventually(() => expect(output.textsOf('stdout')).to.deep.equal(['F after']));
    });
  });

  it('has no gap because a service says so', async () => {
    await output.write("echo '[coredinator] gap: 9 bytes of stdout and 0 of stderr could not be written' >&2");
    await output.ended();
    expect(output.gaps).to.deep.equal([]);
  });
});

/** The bytes that `seq COUNT` writes. */
function sizeOfSequence(count: number): number {
  return Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('').length;
}

/** How often a process was scheduled since it waited by itself. */
function wakeupsOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]);
}

function privateKibOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const sizes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm)].map(([, size]) => Number(size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
