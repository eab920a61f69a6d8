import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openNotifier, ShimNotifier } from '../../../lib/host/sd-notify.ts';
import type { Log } from '../../../lib/ports/log.ts';
import { DatagramReceiver } from '../../support/built/datagram-receiver.ts';
import { eventually } from '../../support/eventually.ts';
import { isNativeShimBuilt, isRunning, shimPath } from '../../support/process/shim-driver.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const BINARY = shimPath('build/coredinator-shim');

/** The pids of the processes with this socket in their environment; the root hook cannot find them. */
function speakersTo(socket: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1') === `NOTIFY_SOCKET=${socket}\0`;
      } catch {
        return false; // ended in the meantime, or owned by another user
      }
    });
}

function script(name: string, text: string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

class KeptLog implements Log {
  readonly messages: string[] = [];
  debug(): void {}
  info(): void {}
  warn(_: object, message: string): void {
    this.messages.push(`warn: ${message}`);
  }
  error(_: object, message: string): void {
    this.messages.push(`error: ${message}`);
  }
}

describe('the notifier of the service manager', function () {
  this.timeout(20_000); // a compiler and real processes, on a possibly busy machine
  let receiver: DatagramReceiver;
  let log: KeptLog;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  beforeEach(async () => {
    log = new KeptLog();
    receiver = await DatagramReceiver.open();
  });

  afterEach(() => receiver.close());

  async function told(...expected: readonly string[]): Promise<void> {
    await eventually(() => {
      expect(receiver.received).to.deep.equal(expected);
    });
  }

  it('sends a datagram for each line, and exits with its input', async () => {
    const input = `READY=1\nSTATUS=a b\n\n${'x'.repeat(3_000)}\nlast`;
    const { status } = spawnSync(BINARY, ['notify'], { input, env: { NOTIFY_SOCKET: receiver.socket } });
    expect(status).to.equal(0);
    await told('READY=1', 'STATUS=a b', 'x'.repeat(3_000), 'last');
  });

  it('supports names in the abstract namespace', async () => {
    const abstract = await DatagramReceiver.open(`@coredinator-${process.pid}`);
    spawnSync(BINARY, ['notify'], { input: 'READY=1\n', env: { NOTIFY_SOCKET: abstract.socket } });
    await eventually(() => {
      expect(abstract.received).to.deep.equal(['READY=1']);
    });
    await abstract.close();
  });

  it('continues if the manager briefly has no socket', async () => {
    const gone = join(temporaryFolder(), 'gone');
    const { status, stderr } = spawnSync(BINARY, ['notify'], { input: 'A=1\nB=2\n', env: { NOTIFY_SOCKET: gone } });
    expect(status).to.equal(0);
    expect(String(stderr).trim().split('\n')).to.have.length(2);
    await told();
  });

  it('rejects an invalid socket', () => {
    for (const env of [
      {},
      { NOTIFY_SOCKET: 'relative' },
      { NOTIFY_SOCKET: '/' },
      { NOTIFY_SOCKET: `/${'x'.repeat(200)}` },
    ]) {
      const { status, stderr } = spawnSync(BINARY, ['notify'], { input: '', env });
      expect(status).to.equal(69);
      expect(String(stderr)).to.contain('NOTIFY_SOCKET');
    }
  });

  it('exits with the process that started it, even if its input is open', async () => {
    const parent = spawn('/bin/sh', ['-c', 'exec 3<&0; "$0" notify <&3 & echo $!; wait', BINARY], {
      env: { NOTIFY_SOCKET: receiver.socket },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]; // the pid that the shell prints
    const pid = Number(line.toString());
    // It is set up for that once it has sent something.
    parent.stdin.write('A=1\n');
    await told('A=1');
    parent.kill('SIGKILL');
    await eventually(() => {
      expect(isRunning(pid)).to.equal(false);
    });
  });

  it('is one child of the host, which sends in order and has exited after the close', async () => {
    const notifier = openNotifier({ env: { NOTIFY_SOCKET: receiver.socket }, shim: () => 'native', log });
    const sent = Array.from({ length: 100 }, (_, n) => `N=${n}`);
    for (const assignment of sent) notifier?.send(assignment);
    await told(...sent);
    expect(speakersTo(receiver.socket)).to.have.length(1);
    notifier?.send('LAST=1');
    await notifier?.close();
    await told(...sent, 'LAST=1');
    expect(speakersTo(receiver.socket)).to.be.empty;
    expect(log.messages).to.be.empty;
  });

  it('is restarted if that child has died', async () => {
    const mark = join(temporaryFolder(), 'mark');
    const binary = script('dies-once', `[ -e '${mark}' ] || { : >'${mark}'; exit 3; }\nexec '${BINARY}' "$@"`);
    const notifier = new ShimNotifier(binary, receiver.socket, log);
    await eventually(() => {
      notifier.send('READY=1');
      expect(receiver.received).to.include('READY=1');
    });
    await notifier.close();
    expect(log.messages).to.have.length(1);
  });

  it('is systemd-notify without the native shim, one message after the other', async () => {
    const program = script('systemd-notify', `echo "$1" >>'${receiver.socket}.kept'`);
    const env = { NOTIFY_SOCKET: receiver.socket, PATH: `relative:/no/such:${join(program, '..')}` };
    const notifier = openNotifier({ env, shim: () => 'node', log });
    for (const assignment of ['READY=1', 'STATUS=a b', 'WATCHDOG=1', 'WATCHDOG=1']) notifier?.send(assignment);
    await notifier?.close();
    expect(readFileSync(`${receiver.socket}.kept`, 'utf8')).to.equal('READY=1\nSTATUS=a b\nWATCHDOG=1\n');
  });

  it('is reported as missing, with a remedy, if neither is available', () => {
    const env = { NOTIFY_SOCKET: receiver.socket, PATH: temporaryFolder() };
    expect(openNotifier({ env, shim: () => 'node', log })).to.equal(null);
    expect(log.messages).to.have.length(1);
    expect(log.messages[0]).to.match(/^error: .*watchdog is off.*Type=exec/);
  });

  it('is not searched for if there is no manager', () => {
    const shim = (): never => {
      throw new Error('There is no need to know.');
    };
    for (const env of [{}, { NOTIFY_SOCKET: '' }]) expect(openNotifier({ env, shim, log })).to.equal(null);
    expect(log.messages).to.be.empty;
  });
});
