import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { command, watchAlive } from '../../../lib/process/tree/alive-pipe.ts';
import { isLiving, livingAmong, NO_PROCESS, procStat } from '../../../lib/process/os/process-identity.ts';
import { layoutOf, type Layout } from '../../../lib/process/files/layout.ts';
import { exitOf } from '../../../lib/launching/exit-record.ts';
import * as records from '../../../lib/process/files/launch-files.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const LAUNCH = parseLaunchId('d'.repeat(32));
const CLAIM = { protocol: 1, launch: LAUNCH, owner: 'shim', shim: 'native', pid: 7, start: '88', boot: 'b' };

describe('the files of a launch', () => {
  let layout: Layout;

  beforeEach(() => {
    layout = layoutOf(temporaryFolder());
    for (const folder of [layout.run, layout.exits]) mkdirSync(folder);
    mkdirSync(join(layout.run, LAUNCH));
  });

  function write(name: string, text: string): void {
    writeFileSync(join(layout.run, LAUNCH, name), text);
  }

  it('count as absent if they are missing, incomplete or malformed', () => {
    expect(records.readClaim(layout, LAUNCH)).to.equal(null);
    expect(records.readMain(layout, LAUNCH)).to.equal(null);
    expect(records.readExit(layout, LAUNCH)).to.equal(null);
    expect(records.readRequest(layout, LAUNCH)).to.equal(null);
    for (const text of ['', '{"pid":', 'null', '7', '{"pid":"7","start":"1"}', '{"pid":-1,"start":"1"}', '{"pid":7}']) {
      for (const name of ['claim', 'pid', 'request']) write(name, text);
      writeFileSync(join(layout.exits, LAUNCH), text);
      expect(records.readClaim(layout, LAUNCH), text).to.equal(null);
      expect(records.readMain(layout, LAUNCH), text).to.equal(null);
      expect(records.readExit(layout, LAUNCH), text).to.equal(null);
      expect(records.readRequest(layout, LAUNCH), text).to.equal(null);
    }
  });

  it('say who claimed the launch', () => {
    write('claim', JSON.stringify(CLAIM));
    const claim = { owner: 'shim', kind: 'native', shim: { pid: 7, start: '88' }, boot: 'b', outputBuffer: null };
    expect(records.readClaim(layout, LAUNCH)).to.deep.equal(claim); // of an earlier shim
    expect(records.readShimClaim(layout, LAUNCH)).to.deep.equal(claim);
    write('claim', JSON.stringify({ ...CLAIM, output_buffer: 65_536 }));
    expect(records.readClaim(layout, LAUNCH)).to.deep.equal({ ...claim, outputBuffer: 65_536 });
  });

  it('say how the main process ended', () => {
    const end = { launch: LAUNCH, pid: 7, code: null, signal: 15, core: 0, exec_errno: 0, end: 1_234 };
    writeFileSync(join(layout.exits, LAUNCH), `${JSON.stringify(end)}\n`);
    const record = records.readExit(layout, LAUNCH);
    const ended = { pid: 7, code: null, signal: 15, execErrno: 0, refusal: null, endedAt: 1_234 };
    expect(record).to.deep.equal({ ...ended, usage: null });
    const clock = { now: () => 1, random: () => 0 };
    const exit = { code: null, signal: 'SIGTERM', at: 1_234, isKnown: true };
    expect(exitOf(record, clock)).to.deep.equal(exit);
    writeFileSync(join(layout.exits, LAUNCH), JSON.stringify({ ...end, max_rss: 4096, cpu_ms: 0 }));
    const usage = { maxRss: 4096, cpuMs: 0 };
    expect(exitOf(records.readExit(layout, LAUNCH), clock)).to.deep.equal({ ...exit, usage });
  });

  it('say what failed before the program ran', () => {
    const end = { launch: LAUNCH, pid: 7, code: 127, signal: null, core: 0, exec_errno: 1, end: 1_234 };
    const read = (more: object): unknown => {
      writeFileSync(join(layout.exits, LAUNCH), JSON.stringify({ ...end, ...more }));
      return records.readExit(layout, LAUNCH)?.refusal;
    };
    expect(read({ step: 'limits', limit: 'open_files' })).to.deep.equal({
      step: 'limits',
      errno: 1,
      limit: 'open_files',
    });
    expect(read({ step: 'cwd' })).to.deep.equal({ step: 'cwd', errno: 1 });
    expect([read({}), read({ step: 'dance' })]).to.deep.equal([null, null]); // of 0.1.0, and of a later version
  });

  it('of a newer version of the launch protocol are not guessed at', () => {
    write('claim', JSON.stringify({ ...CLAIM, protocol: 2 }));
    expect(records.readShimClaim(layout, LAUNCH)?.kind).to.equal('native');
    write('claim', JSON.stringify({ ...CLAIM, protocol: 3 }));
    expect(() => records.readClaim(layout, LAUNCH)).to.throw(
      `The record "${join(layout.run, LAUNCH, 'claim')}" is of a newer version of the launch protocol`,
    );
  });

  it('of a request of 0.1.0 have the default bound of its output', () => {
    const request = { service: 'pump', generation: 4, signal: 'SIGINT', grace: 700 };
    write('request', JSON.stringify(request));
    expect(records.readRequest(layout, LAUNCH)?.maxLogBytes).to.equal(10 * 1024 ** 2);
  });

  it('keep what a later host must know of the request', () => {
    const request = {
      serviceId: parseServiceId('pump'),
      generation: 4,
      stop: { signal: 'SIGINT', graceMs: 700 },
      maxLogBytes: 3_000_000,
      executablePath: '/plant/pump-1.2.3',
      version: '1.2.3',
    } as const;
    records.writeRequest(layout, LAUNCH, request);
    expect(records.readRequest(layout, LAUNCH)).to.deep.equal(request);
  });

  it('revoke a launch only if no shim was first', () => {
    expect(records.revoke(layout, LAUNCH)).to.equal(true);
    expect(records.readClaim(layout, LAUNCH)).to.deep.equal({ owner: 'revoked' });
    expect(records.readShimClaim(layout, LAUNCH)).to.equal(null);
    expect(records.revoke(layout, LAUNCH)).to.equal(false);
    expect(readdirSync(join(layout.run, LAUNCH))).to.deep.equal(['claim']);
  });

  it('leave the claim of a shim unchanged if they cannot revoke it', () => {
    write('claim', JSON.stringify(CLAIM));
    expect(records.revoke(layout, LAUNCH)).to.equal(false);
    expect(JSON.parse(readFileSync(join(layout.run, LAUNCH, 'claim'), 'utf8'))).to.deep.equal(CLAIM);
  });

  it('count as revoked without a folder, since no shim can claim there', () => {
    records.removeRecords(layout, LAUNCH);
    expect(existsSync(join(layout.run, LAUNCH))).to.equal(false);
    expect(records.revoke(layout, LAUNCH)).to.equal(true);
  });
});

describe('the pipes of a shim', () => {
  let folder: string;

  beforeEach(function () {
    if (process.platform === 'win32') this.skip();
    folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'alive'), join(folder, 'ctl')]);
  });

  it('report a shim that has exited already', () => {
    expect(watchAlive(folder, { gone: () => undefined, exit: () => undefined })).to.equal(null);
  });

  it('report once when the shim exits', async () => {
    const shim = openSync(join(folder, 'alive'), constants.O_RDWR | constants.O_NONBLOCK);
    let calls = 0;
    const gone = new Promise<void>((resolve) => {
      const pipe = watchAlive(folder, {
        gone: () => {
          calls += 1;
          resolve();
        },
        exit: () => undefined,
      });
      expect(pipe).not.to.equal(null);
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).to.equal(0);
    closeSync(shim);
    await gone;
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).to.equal(1);
  });

  it('report nothing once they are closed', async () => {
    const shim = openSync(join(folder, 'alive'), constants.O_RDWR | constants.O_NONBLOCK);
    let calls = 0;
    watchAlive(folder, { gone: () => (calls += 1), exit: () => undefined })?.close();
    closeSync(shim);
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(calls).to.equal(0);
  });

  it('accept commands only while a shim reads them', () => {
    expect(command(folder, 'stop 15 100')).to.equal(false);
    const shim = openSync(join(folder, 'ctl'), constants.O_RDWR | constants.O_NONBLOCK);
    expect(command(folder, 'stop 15 100')).to.equal(true);
    const heard = Buffer.alloc(64);
    expect(heard.toString('utf8', 0, readSync(shim, heard))).to.equal('stop 15 100\n');
    closeSync(shim);
    expect(command(join(folder, 'nowhere'), 'sig 1')).to.equal(false);
  });

  it('do not wait for a shim that reads nothing', () => {
    const shim = openSync(join(folder, 'ctl'), constants.O_RDWR | constants.O_NONBLOCK);
    const page = Buffer.alloc(4_096, '\n');
    expect(() => {
      for (;;) writeSync(shim, page);
    }).to.throw(/EAGAIN/);
    expect(command(folder, 'stop 15 100')).to.equal(false);
    closeSync(shim);
  });
});

describe('the identity of a process', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  it('is its pid with its start time', () => {
    const { start } = procStat(process.pid)!;
    expect(isLiving({ pid: process.pid, start })).to.equal(true);
    expect(isLiving({ pid: process.pid, start: String(Number(start) + 1) })).to.equal(false);
    expect(isLiving(NO_PROCESS)).to.equal(false);
    expect(isLiving(null)).to.equal(false);
    expect(livingAmong([{ pid: process.pid, start }, NO_PROCESS])).to.deep.equal(new Set([process.pid]));
  });

  it('is read correctly whatever the name of the process contains', () => {
    const title = process.title;
    process.title = 'a) Z (b 1 2';
    try {
      expect(procStat(process.pid)).to.include({ pid: process.pid, parent: process.ppid, isDead: false });
    } finally {
      process.title = title;
    }
  });
});
