import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { createLog, LogFileError } from '../../../lib/host/log.ts';
import { SmallDisk } from '../../support/built/small-disk.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const MIB = 1024 * 1024;

interface Sink {
  lines: string[];
  isTTY?: boolean;
  write(text: string): void;
}

function sink(isTTY = false): Sink {
  const lines: string[] = [];
  return { lines, isTTY, write: (text) => void lines.push(text) };
}

function recordsOf(text: string): Record<string, unknown>[] {
  // every line is JSON, or the spec fails here
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
}

/** Runs a program that logs to its standard error and then exits. */
function program(body: string): ReturnType<typeof spawn> {
  const url = new URL('../../../lib/host/log.ts', import.meta.url).href;
  const text = `import { createLog } from ${JSON.stringify(url)};
const log = await createLog({ level: 'info', file: null, stream: process.stderr });
${body}`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', text];
  return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
}

describe('the log of the host', () => {
  it('has one JSON line per record, with the level as a word, the time as ISO 8601 and the message as msg', async () => {
    const stream = sink();
    const log = await createLog({ level: 'info', file: null, stream });
    log.info({ url: 'http://x' }, 'ready');
    log.debug({}, 'not this');
    log.error({ err: new Error('boom', { cause: new Error('root') }) }, 'failed');

    const [ready, failed, ...more] = recordsOf(stream.lines.join(''));
    expect(more).to.be.empty;
    expect(Object.keys(ready!)).to.deep.equal(['level', 'time', 'url', 'msg']);
    expect(ready).to.include({ level: 'info', url: 'http://x', msg: 'ready' });
    expect(ready!['time']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(failed).to.have.nested.property('err.stack').that.contains('boom').and.contains('root');
  });

  it('is readable text on a terminal', async () => {
    const stream = sink(true);
    const log = await createLog({ level: 'info', file: null, stream });
    log.warn({ port: 8000 }, 'taken');
    expect(stream.lines.join(''))
      .to.match(/WARN.*taken.*8000/)
      .and.to.match(/^[^\n]*\n$/) // one line
      .and.not.to.match(/^\{/);
  });

  it('also goes to the file, under the configured name, as JSON even if the stream is a terminal', async () => {
    const file = join(temporaryFolder(), 'deep', 'host.log');
    const stream = sink(true);
    const log = await createLog({ level: 'debug', file, stream });
    log.debug({ n: 1 }, 'one');
    log.info({ n: 2 }, 'two');
    expect(recordsOf(readFileSync(file, 'utf8')).map(({ msg }) => msg)).to.deep.equal(['one', 'two']);
    await log.close();
    log.info({}, 'after the end');

    expect(recordsOf(readFileSync(file, 'utf8'))).to.have.length(2);
    expect(stream.lines).to.have.length(3);
    expect(lstatSync(`${file.slice(0, -4)}.1.log`).mode & 0o777).to.equal(0o600);
  });

  it('continues in the same file after a restart, and keeps an existing regular file of that name', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'host.log');
    writeFileSync(file, 'from before\n');
    for (const msg of ['first run', 'second run']) {
      const log = await createLog({ level: 'info', file, stream: sink() });
      log.info({}, msg);
      await log.close();
    }
    expect(recordsOf(readFileSync(file, 'utf8')).map(({ msg }) => msg)).to.deep.equal(['first run', 'second run']);
    expect(readFileSync(join(folder, 'host.0.log'), 'utf8')).to.equal('from before\n');
  });

  it('is rotated at 10 MiB, keeps a few files, and loses no line', async function () {
    this.timeout(20_000);
    const folder = temporaryFolder();
    const file = join(folder, 'host.log');
    const log = await createLog({ level: 'info', file, stream: sink() });
    const filler = 'x'.repeat(MIB / 4);
    for (let n = 0; n < 4 * 85; n += 1) {
      log.info({ n, filler }, 'big');
      // The file is changed between two turns of the event loop, as in a host that is doing other work.
      if (n % 4 === 3) await new Promise((resolve) => setImmediate(resolve));
    }
    log.info({}, 'the end');
    await log.close();

    expect(recordsOf(readFileSync(file, 'utf8')).at(-1)).to.include({ msg: 'the end' });
    const files = readdirSync(folder).filter((name) => name !== 'host.log');
    expect(files.length).to.be.within(5, 6);
    const numbers = files
      .flatMap((name) => recordsOf(readFileSync(join(folder, name), 'utf8')))
      .flatMap(({ n }) => (typeof n === 'number' ? [n] : []))
      .sort((a, b) => a - b);
    expect(numbers.at(-1)).to.equal(4 * 85 - 1);
    expect(numbers).to.deep.equal(Array.from(numbers, (_, index) => numbers[0]! + index));
    for (const name of files) expect(lstatSync(join(folder, name)).size).to.be.below(12 * MIB);
  });

  it('rejects a file that cannot be opened, by name', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'plain'), '');
    const file = join(folder, 'plain', 'host.log');
    const refusal = await createLog({ level: 'info', file, stream: sink() }).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(LogFileError);
    expect(refusal).to.have.property('message').that.contains(file).and.contains('--log-file');
  });

  it('has its last lines written if the process exits immediately', async function () {
    this.timeout(20_000);
    const child = program('for (let n = 0; n < 500; n += 1) log.info({ n }, "line"); process.exit(3);');
    let text = '';
    child.stderr?.on('data', (part: Buffer) => (text += part.toString()));
    const [code] = (await once(child, 'close')) as [number]; // of the close event of a child process
    expect(code).to.equal(3);
    expect(recordsOf(text).map(({ n }) => n)).to.deep.equal(Array.from({ length: 500 }, (_, n) => n));
  });

  it('does not end the process if its stream cannot be written for another reason', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const fd = openSync('/dev/full', 'w');
    try {
      const log = await createLog({ level: 'info', file: null, stream: { fd, write: () => undefined } });
      for (let n = 0; n < 3; n += 1) log.info({ n }, 'there is no space for this');
    } finally {
      closeSync(fd);
    }
  });

  it('does not end the process if nothing reads its standard error any more', async function () {
    this.timeout(20_000);
    const child = program(`
process.stdin.once('data', () => {
  for (let n = 0; n < 100; n += 1) log.info({ n }, 'into the void');
  setImmediate(() => { log.error({}, 'again'); process.stdout.write('alive'); process.exit(0); });
});
log.info({}, 'ready');`);
    await once(child.stderr!, 'data');
    child.stderr!.destroy();
    await once(child.stderr!, 'close');
    child.stdin!.write('go');
    const [told] = (await once(child.stdout!, 'data')) as [Buffer]; // of the data event of a stream of bytes
    const [code] = (await once(child, 'close')) as [number]; // of the close event of a child process
    expect(told.toString()).to.equal('alive');
    expect(code).to.equal(0);
  });

  describe('to a pipe that nobody reads for a while', () => {
    const RECORD = 'x'.repeat(100);
    let reader: number;
    let writer: number;
    beforeEach(() => {
      const fifo = join(temporaryFolder(), 'fifo');
      execFileSync('mkfifo', [fifo]);
      reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
      writer = openSync(fifo, 'w'); // it blocks, as the pipe of a shell does
    });
    afterEach(() => {
      closeSync(reader);
      closeSync(writer);
    });

    /** Everything up to and including the record that `isLast` names. */
    async function read(isLast: (record: Record<string, unknown>) => boolean): Promise<Record<string, unknown>[]> {
      const buffer = Buffer.alloc(MIB);
      let text = '';
      for (;;) {
        try {
          text += buffer.toString('utf8', 0, readSync(reader, buffer));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        }
        const whole = recordsOf(text.slice(0, text.lastIndexOf('\n') + 1));
        if (whole.some(isLast)) return whole;
        await pause(10);
      }
    }

    it('does not block the host, and loses nothing', async () => {
      const log = await createLog({ level: 'info', file: null, stream: { fd: writer, write: () => undefined } });
      for (let n = 0; n < 3_000; n += 1) log.info({ n }, RECORD);
      const records = await read(({ n }) => n === 2_999);
      expect(records.map(({ n }) => n)).to.deep.equal(Array.from({ length: 3_000 }, (_, n) => n));
    });

    it('drops what is over 1 MiB, and says how many records are missing', async () => {
      const log = await createLog({ level: 'info', file: null, stream: { fd: writer, write: () => undefined } });
      for (let n = 0; n < 20_000; n += 1) log.info({ n }, RECORD);
      const records = await read(({ level }) => level === 'warn');
      const missing = Number(records.at(-1)?.['records']);
      expect(missing).to.be.above(5_000);
      expect(records.at(-1)?.['msg']).to.contain(`${missing} records`);
      expect(records.length - 1 + missing).to.equal(20_000);
    });

    it('is closed after a second at the latest', async () => {
      const log = await createLog({ level: 'info', file: null, stream: { fd: writer, write: () => undefined } });
      for (let n = 0; n < 3_000; n += 1) log.info({ n }, RECORD);
      const begun = performance.now();
      await log.close();
      expect(performance.now() - begun).to.be.within(900, 1_900);
    });
  });

  it('keeps what a full disk does not take, and writes it when there is space again', async function () {
    const disk = SmallDisk.mount(1);
    if (disk === null) {
      this.skip(); // only root may mount
      return;
    }
    const file = join(disk.folder, 'stderr');
    const fd = openSync(file, 'a');
    try {
      const log = await createLog({ level: 'info', file: null, stream: { fd, write: () => undefined } });
      disk.fill();
      for (let n = 0; n < 100; n += 1) log.info({ n }, 'x'.repeat(100));
      disk.empty();
      await log.close();
      const numbers = recordsOf(readFileSync(file, 'utf8')).map(({ n }) => n);
      expect(numbers).to.deep.equal(Array.from({ length: 100 }, (_, n) => n));
    } finally {
      closeSync(fd);
      disk.unmount();
    }
  });

  it('is written by a process that exits while its reader is behind', async function () {
    this.timeout(20_000);
    const child = program('for (let n = 0; n < 5000; n += 1) log.info({ n }, "x".repeat(100)); process.exit(3);');
    let text = '';
    child.stderr?.on('data', (part: Buffer) => (text += part.toString()));
    await once(child, 'close');
    expect(recordsOf(text).map(({ n }) => n)).to.deep.equal(Array.from({ length: 5_000 }, (_, n) => n));
  });
});
