import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, lstatSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLog, LogFileError } from '../../../lib/host/log.ts';
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
});
