import { expect } from 'chai';
import type { CommandOrigin } from '../../../../lib/control/control.ts';
import { IdempotencyKeyInFlightError, IdempotencyKeyReusedError } from '../../../../lib/model/errors.ts';
import { UNCONDITIONAL } from '../../../../lib/model/values/precondition.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

describe('a command with an idempotency key', () => {
  let world: ControlWorld;
  const answer = { status: 200, headers: {}, body: '"pump1"' };

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await settle();
  });

  async function settle(): Promise<void> {
    for (const wait of [0, 200, 200, 200]) await world.pass(wait);
  }

  /** The origin of a request with that key; throws when it was answered already. */
  async function originOf(key: string, fingerprint = 'f'): Promise<CommandOrigin> {
    const begun = await world.control.beginOnce(key, fingerprint);
    if (begun.type === 'answered') throw new Error('it was answered already');
    return { correlationId: 'request-2', claim: begun.claim };
  }

  async function reboot(): Promise<void> {
    world.kill(100);
    await world.boot();
    await settle();
  }

  const generationOf = (id: string): number => world.control.queries.service(id).generation;

  it('is answered again with what it was answered with, over restarts of the host', async () => {
    const { claim } = await originOf('k');
    await world.control.endOnce(claim!, answer);
    expect(await world.control.beginOnce('k', 'f')).to.deep.equal({ type: 'answered', answer });
    await reboot();
    expect(await world.control.beginOnce('k', 'f')).to.deep.equal({ type: 'answered', answer });
  });

  it('is refused while the first is under way, and with another request', async () => {
    const { claim } = await originOf('k');
    expect(await rejection(world.control.beginOnce('k', 'f'))).to.be.instanceOf(IdempotencyKeyInFlightError);
    expect(await rejection(world.control.beginOnce('k', 'other'))).to.be.instanceOf(IdempotencyKeyReusedError);
    await world.control.endOnce(claim!, answer);
    expect(await rejection(world.control.beginOnce('k', 'other'))).to.be.instanceOf(IdempotencyKeyReusedError);
    await reboot();
    expect(await rejection(world.control.beginOnce('k', 'other'))).to.be.instanceOf(IdempotencyKeyReusedError);
  });

  it('may be tried again when it was refused', async () => {
    const { claim } = await originOf('k');
    await world.control.endOnce(claim!, null);
    expect(await world.control.beginOnce('k', 'f')).to.deep.include({ type: 'begun' });
  });

  it('is forgotten after a day', async () => {
    const { claim } = await originOf('k');
    await world.control.endOnce(claim!, answer);
    world.setClock(86_400_000);
    expect(await world.control.beginOnce('k', 'other')).to.deep.include({ type: 'begun' });
  });

  it('restarts once, although the host died between accepting and answering', async () => {
    await world.control.restartService('pump1-corerl', await originOf('service'));
    await world.control.restartAgent('pump1', await originOf('agent'));
    await reboot();
    await settle();
    const before = [generationOf('pump1-corerl'), generationOf('pump1-coreio')];
    expect(await world.control.restartService('pump1-corerl', await originOf('service'))).to.include({
      state: 'running',
    });
    expect(await world.control.restartAgent('pump1', await originOf('agent'))).to.include({ state: 'running' });
    await settle();
    expect([generationOf('pump1-corerl'), generationOf('pump1-coreio')]).to.deep.equal(before);
  });

  it('sends a signal once, although the host died between accepting and answering', async () => {
    await world.control.signalService('pump1-corerl', 'SIGUSR1', await originOf('k'));
    await reboot();
    await world.control.signalService('pump1-corerl', 'SIGUSR1', await originOf('k'));
    expect(world.processes.signals).to.deep.equal([]); // by this host
  });

  it('does not start again what was stopped since', async () => {
    await world.control.startAgent({ configPath: '/plant/pump2.yaml' }, await originOf('k'));
    await settle();
    await reboot();
    await Promise.all([world.control.stopAgent('pump2', world.origin), settle()]);
    expect(await world.control.startAgent({ configPath: '/plant/pump2.yaml' }, await originOf('k'))).to.equal('pump2');
    await settle();
    expect(world.control.queries.agent('pump2').intended_state).to.equal('stopped');
  });

  it('deletes once: what has the name since is left alone', async () => {
    await Promise.all([world.control.deleteAgent('pump1', UNCONDITIONAL, await originOf('k')), settle()]);
    await reboot();
    const origin = await originOf('k');
    await world.control.deleteAgent('pump1', UNCONDITIONAL, origin);
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await settle();
    await world.control.deleteAgent('pump1', UNCONDITIONAL, origin);
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('releases a shared coreio once, and says that it is gone', async () => {
    await world.control.startIo({ configPath: '/plant/io.yaml', coreioId: 'shared-io' }, world.origin);
    await settle();
    await Promise.all([world.control.stopIo('shared-io', await originOf('k')), settle()]);
    await reboot();
    const { status } = await world.control.stopIo('shared-io', await originOf('k'));
    expect(status).to.include({ id: 'shared-io', state: 'stopped', pid: null });
  });

  it('is carried out although its answer cannot be kept', async () => {
    const { claim } = await originOf('k');
    world.store.breakDown();
    await world.control.endOnce(claim!, answer);
    world.store.heal();
    expect(world.log.records.map(({ message }) => message).join()).to.contain('cannot save the response');
    expect(await world.control.beginOnce('k', 'f')).to.deep.include({ type: 'begun' });
  });
});
