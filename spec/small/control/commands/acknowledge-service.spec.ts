import { expect } from 'chai';
import { serviceRef, type SupervisorRef } from '../../../../lib/control/actors.ts';
import { ServiceNotFailingError, ServiceNotFoundError } from '../../../../lib/model/errors.ts';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

const ID = 'pump1-corerl';

describe('the acknowledgement of a failure', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [200, 200, 200]) await world.pass(wait);
  });

  const seen = (): unknown => world.control.queries.service(ID).acknowledgement;
  const anna = (): Parameters<typeof world.control.acknowledgeService>[2] => ({
    ...world.origin,
    source: { actor: 'anna', address: null, tool: 'cli' },
  });

  async function fail(): Promise<void> {
    world.catalog.executable = null;
    world.processes.exit(ID, { code: 1 });
    for (const wait of [250, 0]) await world.pass(wait);
    expect(world.control.queries.service(ID).state).to.equal('failed');
  }

  it('says who has seen it, when, and the note, in the service and in the journal', async () => {
    world.processes.exit(ID, { code: 1 });
    await world.pass();
    const view = await world.control.acknowledgeService(ID, 'the valve is stuck', anna());
    expect(view.state).to.equal('backoff');
    expect(view.acknowledgement).to.include({ actor: 'anna', note: 'the valve is stuck' });
    const { events } = await world.control.queries.history({ after: 0, limit: 100, type: 'service.acknowledged' });
    expect(events).to.have.length(1);
    expect(events[0]).to.deep.include({
      ...{ service_id: ID, agent_id: 'pump1', cause: 'command', actor: 'anna' },
      detail: { state: 'backoff', note: 'the valve is stuck' },
    });
  });

  it('is replaced by another one', async () => {
    await fail();
    await world.control.acknowledgeService(ID, 'first', anna());
    await world.control.acknowledgeService(ID, null, world.origin);
    expect(seen()).to.include({ actor: null, note: null });
  });

  it('ends with the next change of state, and does not come back with the next failure', async () => {
    world.processes.exit(ID, { code: 1 });
    await world.pass();
    await world.control.acknowledgeService(ID, null, anna());
    await world.pass(250);
    expect(world.control.queries.service(ID).state).to.equal('starting');
    expect(seen()).to.equal(null);
    world.processes.exit(ID, { code: 1 });
    await world.pass();
    expect(world.control.queries.service(ID).state).to.equal('backoff');
    expect(seen()).to.equal(null);
  });

  it('survives the death of the host', async () => {
    await fail();
    await world.control.acknowledgeService(ID, 'being replaced', anna());
    const before = seen();
    world.kill(1_000);
    await world.boot();
    await world.pass();
    expect(world.control.queries.service(ID).state).to.equal('failed');
    expect(seen()).to.deep.equal(before).and.to.include({ actor: 'anna', note: 'being replaced' });
  });

  it('does not apply to a later failure than the one that was seen', async () => {
    await fail();
    const actor = serviceRef(world.control.root as SupervisorRef, parseServiceId(ID));
    const acknowledgement = { at: world.clock.now(), actor: null, note: null };
    const { since } = actor!.getSnapshot().context;
    actor!.send({ type: 'service.acknowledge', since: since - 1, acknowledgement });
    expect(seen()).to.equal(null);
    actor!.send({ type: 'service.acknowledge', since, acknowledgement });
    expect(seen()).not.to.equal(null);
  });

  it('does not apply to a service that was started while it was saved', async () => {
    world.processes.exit(ID, { code: 1 });
    await world.pass();
    const asked = world.control.acknowledgeService(ID, null, anna());
    await world.control.startService(ID, world.origin);
    await asked;
    expect(seen()).to.equal(null);
  });

  it('is refused for a service that is not failing, and for an unknown one', async () => {
    const error = await rejection(world.control.acknowledgeService(ID, null, anna()));
    expect(error).to.be.instanceOf(ServiceNotFailingError);
    expect((error as Error).message).to.equal(
      'Service "pump1-corerl" is running, so there is no failure to acknowledge. ' +
        'A service that is in backoff or failed can be acknowledged; its history lists earlier failures.',
    );
    expect(await rejection(world.control.acknowledgeService('nobody', null, anna()))).to.be.instanceOf(
      ServiceNotFoundError,
    );
    const { events } = await world.control.queries.history({ after: 0, limit: 100, type: 'service.acknowledged' });
    expect(events).to.deep.equal([]);
  });
});
