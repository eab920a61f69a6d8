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

describe('the messages to a service manager', () => {
  let isWell: boolean;

  beforeEach(() => {
    isWell = true;
  });

  it('report the life cycle of the host', async () => {
    const notifier = new FakeNotifier();
    const manager = serviceManager(notifier, null);
    manager.ready('http://h', () => isWell);
    manager.reloading();
    manager.reloaded('http://h');
    manager.stopping('drain');
    await manager.close();
    expect(notifier.sent).to.deep.equal([
      ...['READY=1', 'STATUS=Ready at http://h', 'RELOADING=1', 'STATUS=Reloading the configuration'],
      ...['READY=1', 'STATUS=Ready at http://h', 'STOPPING=1', 'STATUS=Stopping the services in order'],
    ]);
    expect(notifier.isClosed).to.equal(true);
  });

  it('never report a host that is shutting down as ready', () => {
    const notifier = new FakeNotifier();
    const manager = serviceManager(notifier, null);
    manager.reloading();
    manager.stopping('detach');
    manager.reloaded('http://h');
    manager.reloading();
    expect(notifier.sent.slice(2)).to.deep.equal(['STOPPING=1', 'STATUS=Shutting down; the services keep running']);
  });

  it('notify the watchdog at each tick from readiness on, while the event loop turns and the state is being checked', async () => {
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

  it('are not sent if there is no manager', async () => {
    const manager = serviceManager(null, 1, () => {
      throw new Error('There is no watchdog to feed.');
    });
    manager.ready('http://h', () => isWell);
    await manager.close();
  });
});

describe('the watchdog interval', () => {
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
