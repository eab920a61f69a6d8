import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { DatagramReceiver } from '../../support/built/datagram-receiver.ts';
import { eventually } from '../../support/eventually.ts';
import { isNativeShimBuilt } from '../../support/process/shim-driver.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** Pids of the processes that know the socket of the manager. */
function knowing(socket: string): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`NOTIFY_SOCKET=${socket}\0`);
    } catch {
      return false; // ended meanwhile, or of another user
    }
  });
}

describe('a host below a service manager', function () {
  this.timeout(60_000);
  let basePath: string;
  let manager: DatagramReceiver;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  beforeEach(async () => {
    basePath = temporaryFolder();
    install(basePath, 'waits', 'telemetry-1.0.0');
    write(basePath, 'coredinator.yaml', 'kinds: { t: { executable: telemetry } }\nservices: { t: { kind: t } }\n');
    manager = await DatagramReceiver.open();
    Object.assign(process.env, { NOTIFY_SOCKET: manager.socket, WATCHDOG_USEC: '100000' });
  });

  afterEach(async () => {
    delete process.env['NOTIFY_SOCKET'];
    delete process.env['WATCHDOG_USEC'];
    await manager.close();
  });

  function told(assignment: string, times = 1): Promise<void> {
    return eventually(() => {
      expect(manager.received.filter((one) => one === assignment).length).to.be.at.least(times);
    });
  }

  it('says when it is ready, feeds the watchdog, and says that it reloads and that it leaves', async () => {
    const host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    await told(`STATUS=Ready at ${host.url}`);
    expect(manager.received[0]).to.equal('READY=1');
    await told('WATCHDOG=1', 3);
    process.kill(host.pid, 'SIGHUP');
    await told('RELOADING=1');
    await told('READY=1', 2);
    expect((await host.end('SIGTERM')).code).to.equal(0);
    await told('STOPPING=1');
    await eventually(() => {
      expect(knowing(manager.socket)).to.be.empty;
    });
  });

  it('tells its services nothing of the manager, and leaves nobody who speaks for it when it is killed', async () => {
    const host = await BuiltHost.start(basePath);
    await told('READY=1');
    const pid = await eventually(async () => {
      const { state, pid } = await host.service('t');
      expect(state).to.equal('running');
      return pid ?? -1;
    });
    expect(knowing(manager.socket)).to.include(host.pid).and.not.include(pid);
    await host.end('SIGKILL');
    await eventually(() => {
      expect(knowing(manager.socket)).to.be.empty;
    });
    const next = await BuiltHost.start(basePath, '--on-exit', 'drain', '--log-file', join(basePath, 'host.log'));
    expect((await next.service('t')).pid).to.equal(pid);
    await next.end('SIGTERM');
  });
});
