import { expect } from 'chai';
import {
  PreconditionFailedError,
  ServiceHeldError,
  ServiceNotAliveError,
  ServiceNotFoundError,
} from '../../../../lib/model/errors.ts';
import { describeEvent } from '../../../../lib/model/explain/event-sentence.ts';
import { agentPlan, serviceSpec } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

let world: ControlWorld;

beforeEach(async () => {
  world = new ControlWorld();
  world.specs.hosts.push(serviceSpec('telemetry'));
  await world.boot();
  await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
  await settle();
});

async function settle(): Promise<void> {
  for (const wait of [0, 200, 200, 200]) await world.pass(wait);
}

describe('a signal to a service', () => {
  it('reaches its process, and is recorded with its recipient', async () => {
    await world.control.signalService('pump1-corerl', 'SIGHUP', world.origin);
    expect(world.processes.signals).to.deep.equal([{ serviceId: 'pump1-corerl', signal: 'SIGHUP' }]);
    const fact = world.store.journal.find(({ type }) => type === 'service.signalled');
    expect(fact).to.deep.include({ serviceId: 'pump1-corerl', correlationId: 'request-1' });
    expect(describeEvent(fact!)).to.match(/^SIGHUP was sent to pump1-corerl by a command \(pid \d+, generation 1\)\.$/);
    expect(world.control.queries.service('pump1-corerl').state).to.equal('running');
  });

  it('that ends it is judged as any other end', async () => {
    await world.control.signalService('pump1-corerl', 'SIGTERM', world.origin);
    world.processes.exit('pump1-corerl', { signal: 'SIGTERM' });
    await world.pass();
    expect(world.control.queries.service('pump1-corerl')).to.deep.include({ state: 'backoff' });
    expect(world.control.queries.service('pump1-corerl').last_exit).to.include({ class: 'signal', signal: 'SIGTERM' });
    await world.pass(250);
    await settle();
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'running', generation: 2 });
  });

  it('is refused where no process lives', async () => {
    world.processes.exit('pump1-corerl', { code: 1 });
    await world.pass();
    const error = await rejection(world.control.signalService('pump1-corerl', 'SIGHUP', world.origin));
    expect(error).to.be.instanceOf(ServiceNotAliveError);
    expect(String(error)).to.contain('it is in backoff');
    const unknown = await rejection(world.control.signalService('nobody', 'SIGHUP', world.origin));
    expect(unknown).to.be.instanceOf(ServiceNotFoundError);
    expect(world.store.journal.some(({ type }) => type === 'service.signalled')).to.equal(false);
  });
});

describe('a service that is no shared coreio', () => {
  it('is not stopped as one, and the refusal says what stops it', async () => {
    const refusal = await rejection(world.control.stopIo('pump1-corerl', world.origin));
    expect(refusal).to.be.instanceOf(ServiceNotFoundError);
    expect(String(refusal)).to.contain('not found').and.to.contain('POST /api/services/pump1-corerl/stop');
  });
});

describe('a service that is deleted', () => {
  const remove = (id: string): Promise<unknown> =>
    Promise.all([world.control.deleteService(id, world.origin), settle()]);

  it('is refused while agents or the configuration name it, and says which', async () => {
    const held = await rejection(world.control.deleteService('pump1-corerl', world.origin));
    expect(held).to.be.instanceOf(ServiceHeldError);
    expect(String(held)).to.contain('belongs to agent "pump1"');
    const host = await rejection(world.control.deleteService('telemetry', world.origin));
    expect(String(host)).to.contain('Remove it from the configuration file');
    await Promise.all([world.control.stopAgent('pump1', world.origin), settle()]);
    const stopped = await rejection(world.control.deleteService('pump1-corerl', world.origin));
    expect(stopped).to.be.instanceOf(ServiceHeldError);
    const unknown = await rejection(world.control.deleteService('nobody', world.origin));
    expect(unknown).to.be.instanceOf(ServiceNotFoundError);
  });

  it('ends a shared coreio as its stop does', async () => {
    await world.control.startIo({ configPath: '/plant/io.yaml', coreioId: 'shared-io' }, world.origin);
    await settle();
    await remove('shared-io');
    expect(world.control.queries.services().map(({ id }) => id)).to.not.include('shared-io');
    expect(world.processes.live().map(({ serviceId }) => serviceId)).to.not.include('shared-io');
  });

  it('that is no longer referenced is gone when the response arrives', async () => {
    const plan = agentPlan('pump1');
    world.specs.plans.set('pump1', { ...plan, services: plan.services.slice(0, 1) });
    world.processes.holdStops();
    await world.control.reload(false, world.origin);
    await settle();
    expect(world.control.queries.service('pump1-corerl').state).to.equal('stopping');
    const deletion = world.control.deleteService('pump1-corerl', world.origin);
    await settle();
    world.processes.releaseStops();
    await Promise.all([deletion, settle()]);
    expect(world.control.queries.services().map(({ id }) => id)).to.deep.equal(['telemetry', 'pump1-coreio']);
    expect((await world.store.loadActors()).map(({ path }) => path)).to.not.include('service:pump1-corerl');
  });

  it('is forgotten by the next host when this one dies before its process has ended', async () => {
    await world.control.startIo({ configPath: '/plant/io.yaml', coreioId: 'shared-io' }, world.origin);
    await settle();
    world.processes.holdStops();
    void world.control.deleteService('shared-io', world.origin);
    await settle();
    world.kill(100);
    await world.boot();
    await settle();
    expect(world.control.queries.services().map(({ id }) => id)).to.not.include('shared-io');
    expect(world.processes.live().map(({ serviceId }) => serviceId)).to.not.include('shared-io');
  });
});

describe('a reload that insists on a revision', () => {
  it('applies what was looked at, or nothing', async () => {
    const { revision } = await world.control.reload(true, world.origin);
    const seen = { match: [revision], isNew: false };
    expect((await world.control.reload(true, world.origin, seen)).revision).to.equal(revision);
    const [spec] = world.specs.hosts;
    world.specs.hosts[0] = { ...spec!, args: ['--verbose'] };
    const error = await rejection(world.control.reload(false, world.origin, seen));
    expect(error).to.be.instanceOf(PreconditionFailedError);
    await settle();
    expect(world.control.queries.service('telemetry').generation).to.equal(1);
    const looked = await world.control.reload(true, world.origin);
    expect(looked.changes.map(({ service_id, action }) => [service_id, action])).to.deep.equal([
      ['telemetry', 'restart'],
    ]);
    const applied = await world.control.reload(false, world.origin, { match: [looked.revision], isNew: false });
    expect(applied).to.deep.include({ applied: true, revision: looked.revision });
    await settle();
    expect(world.control.queries.service('telemetry').generation).to.equal(2);
  });
});

describe('a host that is asked to leave', () => {
  it('says how it will, and that it was requested', async () => {
    expect(world.control.shutdown(null, world.origin)).to.equal('detach');
    expect(await world.control.shutdownRequested).to.equal('detach');
    await world.pass();
    const fact = world.store.journal.find(({ type }) => type === 'host.shutdown_requested');
    expect(fact).to.deep.include({ correlationId: 'request-1', detail: { mode: 'detach' } });
    expect(describeEvent(fact!)).to.equal('The host was asked to shut down.');
  });

  it('accepts no further command once it shuts down', async () => {
    await world.control.close('detach');
    expect(() => world.control.shutdown('drain', world.origin)).to.throw('shutting down');
  });
});
