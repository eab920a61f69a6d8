import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../../support/eventually.ts';
import { isNativeShimBuilt, isRunning, ShimDriver, type DrivenLaunch } from '../../../support/process/shim-driver.ts';

const TICKS_OF_A_SECOND = 100;

/** The processor time of a process, in seconds. */
function secondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_OF_A_SECOND;
}

describe('the end of the output of a launch', function () {
  this.timeout(20_000);
  let driver: ShimDriver;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  beforeEach(() => {
    driver = new ShimDriver('native');
  });

  afterEach(() => driver.close());

  async function run(script: string, graceMs = 5_000): Promise<DrivenLaunch> {
    return (await driver.launch('/bin/sh', { args: ['-c', script, 'sh', driver.state], graceMs })).launch;
  }

  /** What the first bytes of its log say was written to stderr. */
  function stderrUpTo(launch: DrivenLaunch, end: number): string {
    const log = readFileSync(join(launch.logDir, '1.000000000000000.log')).subarray(0, end).toString();
    return [...log.matchAll(/^\S+ stderr F (.*\n)/gm)].map(([, text]) => text).join('');
  }

  it('may come long before that of its process, and costs no processor time until then', async () => {
    const launch = await run('echo hi; exec 1>&- 2>&-; sleep 1; exit 3');
    await eventually(() => expect(launch.stdout).to.equal('hi\n'));
    const shim = Number(launch.claim?.['pid']);
    const before = secondsOf(shim);
    await pause(500);
    expect(secondsOf(shim) - before).to.be.at.most(0.05);
    expect(await launch.exited()).to.include({ code: 3 });
    await launch.shimGone();
  });

  it('is that of the last process of its tree', async () => {
    const wait = 'while [ ! -e "$1/ready" ]; do sleep 0.01; done';
    const launch = await run(`(trap "" TERM; : > "$1/ready"; sleep 0.5; echo late) & ${wait}; echo hi`);
    await launch.exited();
    expect(launch.stdout).to.equal('hi\n');
    await launch.shimGone();
    expect(launch.stdout).to.equal('hi\nlate\n');
  });

  it('is no earlier than the last words of its main process, whatever others go on writing', async () => {
    const others = '(trap "" TERM; while :; do echo storm; done) &';
    const words = 'while [ ! -e "$1/go" ]; do sleep 0.01; done; seq 1 8000 >&2; echo last >&2; exit 1';
    const launch = await run(`${others} ${words}`, 500);
    const shim = Number(launch.claim?.['pid']);
    // More than one read takes stands in the pipe when the process ends.
    process.kill(shim, 'SIGSTOP');
    writeFileSync(join(driver.state, 'go'), '');
    await eventually(() => expect(isRunning(Number(launch.pid?.['pid']))).to.equal(false));
    process.kill(shim, 'SIGCONT');
    const exit = await launch.exited();
    const numbers = Array.from({ length: 8_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(stderrUpTo(launch, Number(exit['output']))).to.equal(`${numbers}last\n`);
    await launch.shimGone();
  });

  it('has the last words on stderr behind all that was written to stdout before them, although both were read late', async () => {
    const launch = await run(
      'while [ ! -e "$1/go" ]; do sleep 0.01; done; seq 1 8000; echo why >&2; : > "$1/done"; sleep 5',
    );
    const shim = Number(launch.claim?.['pid']);
    process.kill(shim, 'SIGSTOP');
    writeFileSync(join(driver.state, 'go'), '');
    await eventually(() => expect(existsSync(join(driver.state, 'done'))).to.equal(true));
    process.kill(shim, 'SIGCONT');
    await eventually(() => expect(launch.stdout).to.match(/\b8000\n$/));
    const log = readFileSync(join(launch.logDir, '1.000000000000000.log'), 'utf8');
    expect(log.trimEnd().split('\n').slice(-2).join()).to.match(/^\S+ stdout F 8000,\S+ stderr F why$/);
    process.kill(Number(launch.pid?.['pid']), 'SIGKILL');
    await launch.shimGone();
  });

  it('ends lines that have no newline, behind the last words of its main process', async () => {
    const launch = await run('printf unfinished; printf "oh no" >&2');
    const exit = await launch.exited();
    await launch.shimGone();
    const log = readFileSync(join(launch.logDir, '1.000000000000000.log'), 'utf8');
    expect(log.slice(0, Number(exit['output']))).to.match(/^\S+ std(out|err) P .*\n\S+ std(out|err) P .*\n$/);
    expect(log.slice(Number(exit['output']))).to.match(/^(\S+ std(out|err) F \n){2}$/);
  });
});
