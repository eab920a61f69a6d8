import { expect } from 'chai';
import { serviceManager, watchdogPeriod } from '../../../lib/host/systemd.ts';
import type { Notifier } from '../../../lib/ports/notifier.ts';

class FakeNotifier implements Notifier {
  readonly sent: string[] = [];
  isClosed = false;

  send(assignment: string): void {
    this.sent.push(assignment);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

describe('what a service manager is told', () => {
  let isWell: boolean;

  beforeEach(() => {
    isWell = true;
  });

  it('is the life of the host', async () => {
    const notifier = new FakeNotifier();
    const manager = serviceManager(notifier, null);
    manager.ready('http://h', () => isWell);
    manager.reloading();
    manager.reloaded('http://h');
    manager.stopping('drain');
    await manager.close();
    expect(notifier.sent).to.deep.equal([
      ...['READY=1', 'STATUS=Ready at http://h', 'RELOADING=1', 'STATUS=Reading the configuration anew'],
      ...['READY=1', 'STATUS=Ready at http://h', 'STOPPING=1', 'STATUS=Stopping the services in order'],
    ]);
    expect(notifier.isClosed).to.equal(true);
  });

  it('is never that a host which leaves is ready again', () => {
    const notifier = new FakeNotifier();
    const manager = serviceManager(notifier, null);
    manager.reloading();
    manager.stopping('detach');
    manager.reloaded('http://h');
    manager.reloading();
    expect(notifier.sent.slice(2)).to.deep.equal(['STOPPING=1', 'STATUS=Leaving; the services run on']);
  });

  it('is from the ready host on, at each beat, that its event loop turns and that it looks at what it stands on', async () => {
    const notifier = new FakeNotifier();
    const beats: { ms: number; tick: () => void }[] = [];
    const manager = serviceManager(notifier, 500, (ms, tick) => {
      beats.push({ ms, tick });
      return () => beats.splice(0);
    });
    expect(beats).to.be.empty;
    manager.ready('http://h', () => isWell);
    expect(beats.map(({ ms }) => ms)).to.deep.equal([500]);
    beats[0]!.tick();
    expect(notifier.sent.splice(0).at(-1)).to.equal('WATCHDOG=1');
    isWell = false;
    beats[0]!.tick();
    expect(notifier.sent).to.be.empty;
    await manager.close();
    expect(beats).to.be.empty;
  });

  it('is nothing where nobody listens', async () => {
    const manager = serviceManager(null, 1, () => {
      throw new Error('There is no watchdog to feed.');
    });
    manager.ready('http://h', () => isWell);
    await manager.close();
  });
});

describe('the beat of the watchdog', () => {
  for (const [env, period] of [
    [{}, null],
    [{ WATCHDOG_USEC: '30000000' }, 15_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 15_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, null],
    [{ WATCHDOG_USEC: '1' }, 1],
    [{ WATCHDOG_USEC: '0' }, null],
    [{ WATCHDOG_USEC: 'soon' }, null],
  ] as const) {
    it(`of pid 7 with ${JSON.stringify(env)} is ${period ?? 'never'}`, () => {
      expect(watchdogPeriod(env, 7)).to.equal(period);
    });
  }
});
