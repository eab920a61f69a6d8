import { expect } from 'chai';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const MAIN = new URL('../../../dist/main.js', import.meta.url).pathname;
const READY = /"url":"(http[^"]*)"[^\n]*"msg":"ready"/;
const NOBODY = 65_534;

const runs = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** The host by another program that starts it. */
class WrappedHost {
  readonly child: ChildProcess;
  #log = '';

  constructor(command: string, ...args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
  }

  async state(id: string): Promise<string> {
    const url = await eventually(() => {
      const found = READY.exec(this.#log)?.[1];
      if (found === undefined) throw new Error(this.#log);
      return found;
    }, 20_000);
    const answer = await fetch(`${url}/api/services/${id}`);
    return ((await answer.json()) as { state: string }).state;
  }

  async kill(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await ended;
  }
}

describe('the built host in other places', function () {
  this.timeout(60_000);
  let base: string;

  beforeEach(() => {
    base = join(temporaryFolder(), 'base');
    mkdirSync(base);
    const daemons = `for i in 1 2 3; do (setsid sh -c 'sleep 2' &); done`;
    writeFileSync(join(base, 'service'), `#!/bin/sh\n${daemons}\nexec sleep 1000\n`, { mode: 0o755 });
    const settings = { kinds: { k: { executable: 'service', settle: '50ms' } }, services: { pump: { kind: 'k' } } };
    writeFileSync(join(base, 'coredinator.yaml'), JSON.stringify(settings));
  });

  it('leaves no zombie as process 1 of a container, whatever loses its shim', async function () {
    if (bestShimKind() !== 'native' || !runs('unshare', '--pid', '--fork', '--mount-proc', 'true')) {
      this.skip(); // needs the native shim, and permission for a PID namespace of its own
    }
    const host = new WrappedHost(
      'unshare',
      ...[
        '--pid',
        '--fork',
        '--kill-child',
        '--mount-proc',
        process.execPath,
        MAIN,
        '--base-path',
        base,
        '--port',
        '0',
      ],
    );
    try {
      await eventually(async () => expect(await host.state('pump')).to.equal('running'), 20_000);
      const children = `/proc/${host.child.pid ?? 0}/task/${host.child.pid ?? 0}/children`;
      const one = readFileSync(children, 'utf8').trim();
      const inside = (command: string): string =>
        execFileSync('nsenter', ['-t', one, '-p', '-m', 'sh', '-c', command], { encoding: 'utf8' });
      const [launch] = readdirSync(join(base, '.coredinator/run')).filter((name) => !name.startsWith('.'));
      const record = (name: string): { pid: number } =>
        JSON.parse(readFileSync(join(base, '.coredinator/run', launch!, name), 'utf8')) as { pid: number };
      const [shim, main] = [record('claim').pid, record('pid').pid];
      inside(`kill -9 ${shim}`);
      inside(`kill -9 ${main}`);
      const states = (): string => inside("cat /proc/[0-9]*/stat 2>/dev/null | sed 's/^[0-9]* (.*) //' | cut -c1");
      await eventually(() => {
        expect(inside('cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "')).not.to.match(/sleep 2 /);
        expect(states()).not.to.include('Z');
      }, 5_000);
    } finally {
      await host.kill();
    }
  });

  it('runs as nobody', async function () {
    if (process.getuid?.() !== 0 || !runs('setpriv', '--version')) this.skip(); // only root can become somebody else
    for (const folder of [join(base, '..'), base]) {
      chmodSync(folder, 0o755);
      execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, folder]);
    }
    if (!runs('setpriv', `--reuid=${NOBODY}`, 'test', '-r', MAIN)) this.skip(); // the program is in a private folder
    const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    const host = new WrappedHost(
      user[0]!,
      ...user.slice(1),
      process.execPath,
      MAIN,
      '--base-path',
      base,
      '--port',
      '0',
    );
    try {
      await eventually(async () => expect(await host.state('pump')).to.equal('running'), 20_000);
      const [launch] = readdirSync(join(base, '.coredinator/run')).filter((name) => !name.startsWith('.'));
      const text = readFileSync(join(base, '.coredinator/run', launch!, 'pid'), 'utf8');
      const { pid } = JSON.parse(text) as { pid: number };
      expect(readFileSync(`/proc/${pid}/status`, 'utf8')).to.match(new RegExp(`^Uid:\\s+${NOBODY}\\s`, 'm'));
      const ended = once(host.child, 'close');
      host.child.kill('SIGTERM');
      await ended;
      process.kill(-pid, 'SIGKILL');
    } finally {
      if (host.child.exitCode === null) await host.kill();
    }
  });
});
