import { expect } from 'chai';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltHost, MAIN, install, write } from '../support/built/built-host.ts';
import { Terminal, whyNoTerminal } from '../support/built/terminal.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary.ts';

const reason = whyNoTerminal();
const ESCAPE = '\x1b';
const CONFIGURATION = `kinds:
  work: { executable: work }
  crash: { executable: crash, backoff: { initial: 1m, max: 1m, jitter: 0 }, intensity: unlimited }
  absent: { executable: absent }
services:
  press: { kind: work }
  mixer: { kind: work }
  valve: { kind: crash }
  belt: { kind: absent }
`;
const CRASH = '#!/bin/sh\nfor i in $(seq 1 300); do echo "step $i"; done\necho "cannot open the valve" >&2\nexit 3\n';

describe(`top in a terminal${reason === null ? '' : ` (skipped: ${reason})`}`, function () {
  this.timeout(120_000);
  let basePath: string;
  let host: BuiltHost;
  let terminal: Terminal;

  before(function () {
    if (reason !== null) this.skip();
  });
  beforeEach(() => {
    basePath = temporaryFolder();
    install(basePath, 'waits', 'work');
    chmodSync(write(basePath, 'crash', CRASH), 0o755);
    write(basePath, 'coredinator.yaml', CONFIGURATION);
    write(basePath, 'read', 'reader-token-0123456789\n');
  });
  afterEach(async () => {
    await terminal.close();
    await host.end('SIGTERM');
  });

  async function open(
    { columns = 80, rows = 24, env = {} }: { columns?: number; rows?: number; env?: NodeJS.ProcessEnv } = {},
    ...more: readonly string[]
  ): Promise<void> {
    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--name', 'Plant 7', ...more);
    terminal = new Terminal([process.execPath, MAIN, 'top', '--base-path', basePath, '--interval', '200ms'], {
      ...{ columns, rows, env },
    });
    await terminal.line(/^Plant 7 /);
    await terminal.line(/valve +backoff/);
  }

  it('shows what needs attention first, and neither state nor pid is cut at 80 columns', async () => {
    await open();
    const lines = terminal.lines();
    expect(lines[0]).to.match(/^Plant 7 {2}● healthy {2}version \S+ {2}http:\/\/127/);
    await terminal.line(/^4 services: 1 failed, 1 backoff, 2 running; [\d.]+M; host [\d.]+% \d+M$/);
    const ids = lines.slice(4).map((line) => line.slice(2).split(' ')[0]);
    expect(ids.slice(0, 4)).to.deep.equal(['belt', 'valve', 'press', 'mixer']);
    const { pid } = await host.service('press');
    expect(await terminal.line(/press/)).to.match(new RegExp(`running .* ${pid ?? ''} `));
    expect(lines.every((line) => line.length <= 80)).to.equal(true);
    expect(terminal.isAlternate).to.equal(true);
    terminal.press('q');
    expect(await terminal.ended).to.equal(0);
    expect(terminal.isAlternate, 'the terminal is as before').to.equal(false);
  });

  it('restarts a service after a confirmation, which names the consequences', async () => {
    await open();
    const before = await host.service('press');
    terminal.press('/');
    await terminal.line(/^\/▏/);
    terminal.press('press\r');
    await terminal.line(/^> press/);
    terminal.press('R');
    await terminal.line(/Restart service press\?/);
    await terminal.line(new RegExp(`Process ${before.pid ?? ''} and its descendants will be stopped`));
    terminal.press('n');
    await terminal.line(/^> press/);
    expect((await host.service('press')).generation, 'nothing happened').to.equal(before.generation);
    terminal.press('R');
    await terminal.line(/Restart service press\?/);
    terminal.press('y');
    await terminal.line(/^Restarted press\./);
    await eventually(async () => {
      expect((await host.service('press')).generation).to.equal(before.generation + 1);
    });
    expect((await host.history()).find(({ type }) => type === 'service.restart_requested')).to.have.property(
      'tool',
      'cli',
    );
  });

  it('explains a failure and acknowledges it with a note', async () => {
    await open();
    terminal.press('j\r');
    await terminal.line(/^reason +the process exited with code 3/);
    await terminal.line(/^What happens next/);
    terminal.press('A');
    await terminal.line(/Acknowledge the failure of valve\?/);
    terminal.press('the seal is worn\r');
    await terminal.line(/^Acknowledged the failure of valve\./);
    await terminal.line(/^acknowledged .*: the seal is worn/);
    expect(await host.service('valve')).to.have.nested.property('acknowledgement.note', 'the seal is worn');
    terminal.press(ESCAPE);
    await terminal.line(/^> valve/);
  });

  it('follows, scrolls and searches output', async () => {
    await open();
    terminal.press('jl');
    await terminal.line(/^Output of valve {2}following/);
    await terminal.line(/#1! cannot open the valve$/);
    expect(terminal.lines().filter((line) => line.includes('step '))).to.have.length(17);
    terminal.press('k');
    await terminal.line(/not following/);
    terminal.press('g');
    await terminal.line(/#1 {2}step 1$/);
    terminal.press('/step 250');
    await terminal.line(/^Output of valve .*\/step 250▏ 1 of 1/);
    await terminal.line(/^> .*step 250$/);
    terminal.press('\r');
    terminal.press('G');
    await terminal.line(/#1! cannot open the valve$/);
    await terminal.line(/^Output of valve {2}following/);
  });

  it('shows stale data as such, and continues when the host is back', async () => {
    await open();
    await host.end('SIGKILL');
    await terminal.line(/^▲ No connection since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\. All below is from then/);
    expect(terminal.lines()[0]).to.include('▲ no connection').and.not.include('healthy');
    terminal.press('R');
    await terminal.line(/^No commands without a connection to the host\./);
    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--name', 'Plant 7');
    await terminal.line(/^Plant 7 {2}● healthy/);
    expect(terminal.text()).not.to.include('No connection');
  });

  it('shows that its token only allows reading', async () => {
    const env = { COREDINATOR_TOKEN: 'reader-token-0123456789' };
    await open({ env }, '--read-token-file', join(basePath, 'read'));
    expect(terminal.lines()[0]).to.include('read-only');
    terminal.press('X');
    await terminal.line(/^Your token is read-only: it allows no commands\./);
  });

  it('fills a large terminal, follows its size, and writes no colours if they are not wanted', async () => {
    await open({ columns: 200, rows: 50, env: { NO_COLOR: '1', CI: 'true' } });
    await terminal.line(/SERVICE +STATE +CPU% +MEM +PROCS +PID +RESTARTS +FOR +REASON/);
    expect(terminal.lines()[49]).to.match(/^\? help {2}q quit/);
    terminal.resize(80, 24);
    await terminal.line(/SERVICE +STATE +CPU% +MEM +PID +FOR +REASON/);
    await eventually(() => {
      expect(terminal.lines()[23]).to.match(/^\? help {2}q quit/);
    });
    terminal.press('\x03');
    expect(await terminal.ended).to.equal(130);
    // oxlint-disable-next-line no-control-regex -- colours and styles are control sequences
    expect(terminal.written).not.to.match(/\x1b\[[\d;:]*m/);
  });
});
