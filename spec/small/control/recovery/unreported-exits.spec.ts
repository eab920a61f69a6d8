import { expect } from 'chai';
import { serviceSpec } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';

describe('a service that was forgotten and is intended again', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startIo({ configPath: '/plant/pump1.yaml', coreioId: 'shared-io' }, world.origin);
    await world.pass();
    await world.pass(200);
    const stopped = world.control.stopIo('shared-io', world.origin);
    await world.pass();
    await stopped;
    await world.pass();
  });

  async function rebootWithIntention(): Promise<void> {
    const spec = serviceSpec('shared-io');
    const status = world.processes.status(spec.id);
    if (status?.status !== 'exited') throw new Error('The service has not ended.');
    world.kill();
    world.processes.surveyed.set(spec.id, status);
    const intention = { subject: `service:${spec.id}`, intended: 'running', holder: 'io', atLeast: 0, spec } as const;
    await world.store.commitIntentions({ put: [intention], drop: [], journal: [] });
    await world.boot();
  }

  it('gets the end of its last process only once, even if the host is killed before there is a new one', async () => {
    await rebootWithIntention();
    const exits = world.store.journal.filter(({ type }) => type === 'process.exited');
    expect(exits.map(({ serviceId }) => serviceId)).to.deep.equal(['shared-io']);
  });

  it('is not told again either when the journal has forgotten that end, and the ledger has not', async () => {
    await world.pass(1_000);
    await world.control.startIo({ configPath: '/plant/pump1.yaml', coreioId: 'other-io' }, world.origin);
    await world.pass();
    const end = world.store.journal.findLastIndex(({ serviceId }) => serviceId === 'shared-io');
    world.store.forgetEvents(end + 1);
    await rebootWithIntention();
    await world.pass(200);
    expect(world.store.journal.filter(({ type }) => type === 'process.exited')).to.deep.equal([]);
    expect(world.control.queries.service('shared-io')).to.include({ state: 'running', restarts: 0 });
  });

  it('starts at once, not after a backoff for that end', async () => {
    await rebootWithIntention();
    await world.pass(200);
    expect(world.control.queries.service('shared-io')).to.include({ state: 'running', restarts: 0 });
  });
});
