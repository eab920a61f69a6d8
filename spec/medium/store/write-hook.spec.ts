import { expect } from 'chai';

import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import type { LaunchEntry } from '../../../lib/ports/launch-ledger.ts';
import { closeStores, foreignConnection, openedStore } from '../../support/store/opened-store.ts';
import {
  actorCommit,
  actorRow,
  agentIntention,
  expectUnavailable,
  journalEntry,
  intentionCommit,
} from '../../support/store/store-contract.ts';

describe('The write reports of a store', () => {
  afterEach(closeStores);

  const launchId = parseLaunchId('a'.repeat(32));
  const serviceId = parseServiceId('pump1-corerl');
  const exit = { code: 0, signal: null, at: 3, isKnown: true };
  const launch: LaunchEntry = {
    ...{ launchId, serviceId, generation: 1, bootId: 'boot', executablePath: '/plant/corerl', version: null },
    ...{ intendedAt: 1, pid: null, startTime: null, place: null, exit: null },
    state: 'intent',
    shim: 'native',
  };

  it('name the writer: the recorder, a command, a launch, or a quarantined row', async () => {
    const told: string[] = [];
    const { actors, ledger } = await openedStore({ onWrite: ({ writer }) => told.push(writer) });
    await actors.commitActors(actorCommit({ upserts: [actorRow('a')], journal: [journalEntry(1)] }));
    await actors.commitIntentions(intentionCommit({ put: [agentIntention('a')] }));
    await actors.keepIdempotencyRecord({ key: 'k', fingerprint: 'f', subject: null, answer: null, at: 1 });
    await actors.quarantine([{ row: actorRow('a'), reason: 'bad' }], 1);
    expect(told.splice(0)).to.deep.equal(['flush', 'command', 'command', 'quarantine']);
    await ledger.intend(launch);
    await ledger.running(launchId, { pid: 7, startTime: '1', place: null });
    await ledger.exited(launchId, exit);
    await ledger.revoked(launchId);
    expect(told).to.deep.equal(['ledger', 'ledger', 'ledger', 'ledger']);
  });

  it('do not include probes, ports and webhooks', async () => {
    const told: string[] = [];
    const store = await openedStore({ onWrite: ({ writer }) => told.push(writer) });
    await store.actors.probe();
    const finder = {
      find: () => Promise.resolve(4711),
      holder: () => Promise.resolve(null),
      isFree: () => Promise.resolve(true),
    };
    await (await store.portRegistry(finder)).assign(serviceId, ['http']);
    await store.webhooks.forget('none');
    expect(told).to.deep.equal([]);
  });

  it('have the error of a rejected write', async () => {
    const errors: unknown[] = [];
    const { file, actors } = await openedStore({ busyTimeoutMs: 20, onWrite: ({ error }) => errors.push(error) });
    const foreign = foreignConnection(file);
    await foreign.run('BEGIN IMMEDIATE');
    const error = await expectUnavailable(actors.commitActors(actorCommit({ upserts: [actorRow('a')] })));
    expect(errors).to.deep.equal([error]);
    await foreign.run('ROLLBACK');
    await actors.commitActors(actorCommit({ upserts: [actorRow('a')] }));
    expect(errors).to.deep.equal([error, null]);
  });
});
