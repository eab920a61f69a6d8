import { expect } from 'chai';

import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import type { LaunchEntry } from '../../../lib/ports/launch-ledger.ts';
import { closeStores, foreignConnection, openedStore } from '../../support/store/opened-store.ts';
import { expectUnavailable } from '../../support/store/store-contract.ts';

function launchId(n: number): LaunchEntry['launchId'] {
  return parseLaunchId(n.toString(16).padStart(32, '0'));
}

function entry(n: number, service: string, generation: number, overrides: Partial<LaunchEntry> = {}): LaunchEntry {
  return {
    ...{ launchId: launchId(n), serviceId: parseServiceId(service), generation, state: 'intent', shim: 'native' },
    ...{ bootId: 'boot-1', executablePath: '/opt/corerl-1.2.3', version: '1.2.3', intendedAt: 1_700_000_000_000 },
    ...{ pid: null, startTime: null, place: null, exit: null },
    ...overrides,
  };
}

const CLEAN = { code: 0, signal: null, at: 9, isKnown: true };
const UNSEEN = { code: null, signal: null, at: 10, isKnown: false };

describe('The launch ledger', () => {
  afterEach(closeStores);

  it('returns a launch as intended, as running and as ended', async () => {
    const { ledger } = await openedStore();
    await ledger.intend(entry(1, 'a', 1));
    expect(await ledger.newest()).to.deep.equal([entry(1, 'a', 1)]);
    await ledger.running(launchId(1), { pid: 4711, startTime: '123456', place: null });
    const running = entry(1, 'a', 1, { state: 'running', pid: 4711, startTime: '123456', place: null });
    expect(await ledger.newest()).to.deep.equal([running]);
    await ledger.exited(launchId(1), { code: null, signal: 'SIGKILL', at: 77, isKnown: true });
    const exit = { code: null, signal: 'SIGKILL', at: 77, isKnown: true };
    expect(await ledger.newest()).to.deep.equal([{ ...running, state: 'exited', exit }]);
  });

  it('stores a complete entry', async () => {
    const { ledger } = await openedStore();
    const found = entry(1, 'a', 3, {
      state: 'exited',
      shim: 'sh',
      version: null,
      pid: 5,
      startTime: '6',
      place: null,
      exit: UNSEEN,
    });
    await ledger.intend(found);
    expect(await ledger.newest()).to.deep.equal([found]);
  });

  it('stores a launch that has a place instead of a pid', async () => {
    const { ledger } = await openedStore();
    await ledger.intend(entry(1, 'a', 1, { shim: 'pod' }));
    const running = { pid: null, startTime: 'uid-1', place: 'pod a on node n2' } as const;
    await ledger.running(launchId(1), running);
    expect(await ledger.newest()).to.deep.equal([entry(1, 'a', 1, { state: 'running', shim: 'pod', ...running })]);
  });

  it('stores why a process ended and whether its service is not to blame', async () => {
    const { ledger } = await openedStore();
    await ledger.intend(entry(1, 'a', 1));
    const evicted = { ...UNSEEN, isBlameless: true, because: 'its pod was evicted' };
    await ledger.exited(launchId(1), evicted);
    await ledger.intend(entry(2, 'b', 1));
    const killed = { ...CLEAN, code: null, signal: 'SIGKILL', because: 'it ran out of memory' };
    await ledger.exited(launchId(2), killed);
    await ledger.intend(entry(3, 'c', 1, { state: 'exited', exit: evicted }));
    expect((await ledger.newest()).map(({ exit }) => exit)).to.deep.equal([evicted, killed, evicted]);
  });

  it('returns the newest launch of each service in any state', async () => {
    const { ledger } = await openedStore();
    await ledger.intend(entry(1, 'b', 9));
    await ledger.exited(launchId(1), CLEAN);
    await ledger.intend(entry(2, 'b', 10));
    await ledger.revoked(launchId(2));
    await ledger.intend(entry(3, 'a', 2));
    await ledger.exited(launchId(3), CLEAN);
    await ledger.intend(entry(4, 'c', 1));
    const newest = (await ledger.newest()).map(({ serviceId, generation, state }) => [serviceId, generation, state]);
    expect(newest).to.deep.equal([
      ['a', 2, 'exited'],
      ['b', 10, 'revoked'],
      ['c', 1, 'intent'],
    ]);
  });

  it('rejects a second live launch of a service', async () => {
    const { ledger } = await openedStore();
    await ledger.intend(entry(1, 'a', 1));
    await expectUnavailable(ledger.intend(entry(2, 'a', 2)));
    await ledger.running(launchId(1), { pid: 5, startTime: '5', place: null });
    await expectUnavailable(ledger.intend(entry(2, 'a', 2)));
    expect(await ledger.newest()).to.have.length(1);
    await ledger.exited(launchId(1), CLEAN);
    await ledger.intend(entry(2, 'a', 2));
  });

  it('rejects a repeated generation or launch id', async () => {
    const { ledger } = await openedStore();
    await ledger.intend(entry(1, 'a', 1));
    await ledger.revoked(launchId(1));
    await expectUnavailable(ledger.intend(entry(2, 'a', 1)));
    await expectUnavailable(ledger.intend(entry(1, 'b', 1)));
  });

  it('rejects the second of two racing launches of one service, but no other', async () => {
    const { ledger } = await openedStore();
    const outcomes = await Promise.allSettled([
      ledger.intend(entry(1, 'x', 1)),
      ledger.intend(entry(2, 'a', 1)),
      ledger.intend(entry(3, 'a', 2)),
      ledger.intend(entry(4, 'b', 1)),
    ]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect((await ledger.newest()).map((found) => found.launchId)).to.deep.equal([
      launchId(2),
      launchId(4),
      launchId(1),
    ]);
  });

  it('stores events in the order of the calls, even if the caller does not wait', async () => {
    const { ledger } = await openedStore();
    await Promise.all([
      ledger.intend(entry(9, 'other', 1)),
      ledger.intend(entry(1, 'a', 1)),
      ledger.running(launchId(1), { pid: 5, startTime: '5', place: null }),
      ledger.exited(launchId(1), CLEAN),
      ledger.intend(entry(2, 'a', 2)),
      ledger.running(launchId(2), { pid: 6, startTime: '6', place: null }),
    ]);
    expect((await ledger.newest())[0]).to.include({ launchId: launchId(2), state: 'running', pid: 6 });
  });

  it('does not revive an ended launch: a late pid is added, a late exit is ignored', async () => {
    const { ledger } = await openedStore();
    await ledger.intend(entry(1, 'a', 1));
    await ledger.exited(launchId(1), UNSEEN);
    await ledger.running(launchId(1), { pid: 5, startTime: '6', place: null });
    const [late] = await ledger.newest();
    expect(late).to.deep.include({ state: 'exited', pid: 5, startTime: '6', place: null, exit: UNSEEN });
    await ledger.exited(launchId(1), CLEAN);
    await Promise.all([ledger.exited(launchId(1), UNSEEN), ledger.exited(launchId(1), { ...CLEAN, code: 3 })]);
    await ledger.revoked(launchId(1));
    expect((await ledger.newest())[0]).to.deep.include({ state: 'exited', exit: CLEAN });
  });

  it('keeps a revoked launch revoked, and ignores an unknown one', async () => {
    const { ledger } = await openedStore();
    await ledger.intend(entry(1, 'a', 1));
    await ledger.revoked(launchId(1));
    await ledger.running(launchId(1), { pid: 5, startTime: '6', place: null });
    await ledger.exited(launchId(1), CLEAN);
    await ledger.running(launchId(99), { pid: 5, startTime: '6', place: null });
    await ledger.exited(launchId(99), CLEAN);
    await ledger.revoked(launchId(99));
    expect(await ledger.newest()).to.deep.equal([entry(1, 'a', 1, { state: 'revoked' })]);
  });

  it('moves an entry with a wrong shape to the quarantine and returns the previous one', async () => {
    const { file, ledger, log } = await openedStore();
    await ledger.intend(entry(1, 'a', 1));
    await ledger.exited(launchId(1), CLEAN);
    await ledger.intend(entry(2, 'a', 2));
    const foreign = foreignConnection(file);
    await foreign.exec(`UPDATE launch SET shim = 'docker' WHERE generation = 2`);
    expect((await ledger.newest()).map(({ generation }) => generation)).to.deep.equal([1]);
    const rows = await foreign.all('SELECT source, reason FROM quarantine');
    expect(rows).to.have.length(1);
    expect(rows[0]).to.include({ source: 'launch' });
    expect(log.records[0]?.fields['reason']).to.contain('shim');
  });
});
