import { expect } from 'chai';
import type { AgentIntention } from '../../../../lib/model/intention.ts';
import type { FoundState } from '../../../../lib/control/host-ports.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { memoryStore } from '../../../support/store/memory-store.ts';
import { journalEntry } from '../../../support/store/store-contract.ts';

const NOTHING: FoundState = { isStoreLost: false, recoveredFrom: null, copyOf: null };

describe('a host whose store is not the one that it left', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin);
    await world.pass(200);
    await Promise.all([world.control.stopAgent('pump2', world.origin), world.pass(), world.pass()]);
    await world.pass(1_000);
  });

  function replaceStore(): void {
    Object.assign(world, { store: memoryStore() });
  }

  it('writes a copy of the intentions at most 1 s after a change', () => {
    const intended = world.files.copy?.intentions.map((one) => [one.subject, 'pin' in one ? one.pin : one.intended]);
    expect(intended).to.deep.equal([
      ['agent:pump1', 'running'],
      ['agent:pump2', 'stopped'],
    ]);
  });

  it('knows the intentions from the copy when the store was lost, and says so until that is acknowledged', async () => {
    const { last } = await seqs();
    world.kill();
    replaceStore();
    world.found = { ...NOTHING, isStoreLost: true };
    await world.boot();
    expect(world.control.queries.agent('pump1').intended_state).to.equal('running');
    expect(world.control.queries.agent('pump2').intended_state).to.equal('stopped');
    const health = world.control.queries.health();
    expect(health.status).to.equal('degraded');
    expect(health.notices?.map(({ code }) => code)).to.deep.equal(['store_lost']);
    expect(health.reasons?.join()).to.contain('was missing when the host started');
    const lost = (await events()).find(({ type }) => type === 'store.lost');
    expect(lost?.seq, 'no number is given twice').to.be.greaterThan(last);

    world.kill();
    world.found = NOTHING;
    await world.boot();
    expect(world.control.queries.health().notices, 'over a restart').to.have.length(1);
    expect((await world.control.acknowledge(world.origin)).status).to.equal('healthy');
    await world.pass();
    expect((await events()).some(({ type }) => type === 'health.acknowledged')).to.equal(true);
    world.kill();
    await world.boot();
    expect(world.control.queries.health().status).to.equal('healthy');
    expect(world.control.queries.agent('pump1').intended_state, 'it is in the store again').to.equal('running');
  });

  it('says that nothing is known when there is no copy either', async () => {
    world.kill();
    replaceStore();
    world.files.copy = null;
    world.found = { ...NOTHING, isStoreLost: true };
    await world.boot();
    expect(world.control.queries.agentIds()).to.deep.equal([]);
    expect(world.control.queries.health().reasons?.join()).to.contain('start the agents again');
  });

  it('believes the store when it has lost its events but not its intentions, and the copy when it has lost both', async () => {
    const copy = world.files.copy!;
    const [pump1, pump2] = copy.intentions as readonly AgentIntention[]; // nothing else is intended
    const recovered: FoundState = { ...NOTHING, recoveredFrom: '/plant/aside' };
    for (const [put, intended] of [
      [[pump1!, { ...pump2!, intended: 'running' as const }], 'running'], // accepted after the copy was written
      [[], 'stopped'],
    ] as const) {
      world.kill();
      replaceStore();
      await world.store.commitIntentions({ put, drop: [], journal: [] });
      world.files.copy = copy;
      world.found = recovered;
      await world.boot();
      expect(world.control.queries.agent('pump1').intended_state).to.equal('running');
      expect(world.control.queries.agent('pump2').intended_state).to.equal(intended);
      expect(world.control.queries.health().notices?.map(({ code }) => code)).to.include('store_recovered');
      expect((await events())[0]?.seq, 'no number is given twice').to.be.greaterThan(copy.seq);
    }
  });

  it('believes the copy when the store is older', async () => {
    const copy = world.files.copy!;
    world.kill();
    const old = memoryStore();
    await old.commitIntentions({
      put: [{ ...(copy.intentions[1] as AgentIntention), intended: 'running' }],
      drop: [],
      journal: [journalEntry(1)],
    });
    Object.assign(world, { store: old });
    await world.boot();
    expect(world.control.queries.agent('pump2').intended_state).to.equal('stopped');
    expect(world.control.queries.health().notices?.map(({ code }) => code)).to.deep.equal(['store_outdated']);
    expect((await events()).some(({ type }) => type === 'store.outdated')).to.equal(true);
  });

  it('adopts what was started after an older store was written, and disturbs nothing', async () => {
    const older = world.store.forked();
    await world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin);
    await world.pass(200);
    await world.pass(1_000);
    const pids = (): unknown => ['pump2-coreio', 'pump2-corerl'].map((id) => world.control.queries.service(id).pid);
    const before = pids();
    world.kill();
    Object.assign(world, { store: older });
    await world.boot();
    await world.pass(200);
    await world.pass(1_000);
    expect(pids()).to.deep.equal(before);
    expect(world.control.queries.agent('pump2').state).to.equal('running');
    expect(world.processes.launches).to.deep.equal([]);
  });

  it('believes the store when the copy is older', async () => {
    const copy = world.files.copy!;
    await Promise.all([world.control.stopAgent('pump1', world.origin), world.pass(), world.pass()]);
    world.kill();
    world.files.copy = copy;
    await world.boot();
    expect(world.control.queries.agent('pump1').intended_state).to.equal('stopped');
    expect(world.control.queries.health().status).to.equal('healthy');
  });

  it('says that it is a copy of another instance', async () => {
    world.kill();
    world.found = { ...NOTHING, copyOf: { instanceId: 'i-1', stateDir: '/plant/.coredinator', backedUpAt: null } };
    await world.boot();
    expect(world.control.queries.health().reasons?.join()).to.match(/is a copy of "\/plant\/\.coredinator"/);
    expect((await events()).some(({ type }) => type === 'host.copied')).to.equal(true);
  });

  it('keeps a notice that cannot be written yet, and writes it later', async () => {
    world.kill();
    world.files.failure = new Error('ENOSPC');
    world.found = { ...NOTHING, isStoreLost: true };
    await world.boot();
    expect(world.control.queries.health().notices).to.have.length(1);
    const refused = await world.control.acknowledge(world.origin).catch((error: unknown) => error);
    expect(String(refused)).to.contain('ENOSPC');
    expect(world.control.queries.health().notices).to.have.length(1);
    world.files.failure = null;
    await world.pass(1_000);
    expect(world.files.notices).to.have.length(1);
  });

  async function events(): Promise<readonly { readonly type: string; readonly seq: number }[]> {
    return (await world.control.queries.history({ after: 0, limit: 1_000 })).events;
  }

  async function seqs(): Promise<{ readonly last: number }> {
    return { last: (await events()).at(-1)?.seq ?? 0 };
  }
});
