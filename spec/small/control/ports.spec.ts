import { expect } from 'chai';
import { StoreUnavailableError } from '../../../lib/model/errors.ts';
import { portToken } from '../../../lib/model/values/port-token.ts';
import { PROBE, serviceSpec } from '../../support/actors/specs.ts';
import { ControlWorld } from '../../support/control/control-world.ts';

describe('the ports of a service', () => {
  const http = portToken('http');
  const check = { type: 'tcp', host: '127.0.0.1', port: 0, portName: 'http' } as const;
  const spec = serviceSpec('telemetry', {
    args: ['--port', http],
    env: { URL: `http://127.0.0.1:${http}/` },
    probes: { readiness: { ...PROBE, check } },
  });
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    world.specs.hosts.push(spec);
    await world.boot();
    await world.pass(200);
  });

  const launched = () => world.processes.launches.at(-1);
  const changes = (): readonly unknown[] =>
    world.store.journal.flatMap(({ type, serviceId, detail }) =>
      type === 'service.port_replaced' ? [serviceId, detail] : [],
    );

  it('are filled in when it is launched, and where it is probed', () => {
    expect(launched()).to.deep.include({ args: ['--port', '20000'], env: { URL: 'http://127.0.0.1:20000/' } });
    expect(launched()).not.to.have.property('ports');
    expect(world.prober.watches.at(-1)?.spec.check).to.include({ port: 20_000 });
  });

  it('are the same at the next launch, and for the next host, while no other program uses them', async () => {
    world.processes.exit(spec.id, { code: 1 });
    await world.pass(250);
    expect(launched()?.args).to.deep.equal(['--port', '20000']);
    world.kill();
    await world.boot();
    await world.pass(200);
    expect(world.prober.watches.at(-1)?.spec.check).to.include({ port: 20_000 });
    expect(changes()).to.deep.equal([]);
  });

  it('are replaced at the next launch if another program uses them, which is recorded', async () => {
    world.portRegistry.taken.add(20_000);
    world.processes.exit(spec.id, { code: 98 });
    for (const wait of [250, 200]) await world.pass(wait);
    expect(launched()?.args).to.deep.equal(['--port', '20001']);
    expect(world.prober.watches.at(-1)?.spec.check).to.include({ port: 20_001 });
    expect(changes()).to.deep.equal([spec.id, { name: 'http', from: 20_000, to: 20_001 }]);
    const { revision, running_revision: running } = world.control.queries.service(spec.id);
    expect(running).to.equal(revision);
  });

  it('stay its own when it was its last process that still listened', async () => {
    world.portRegistry.taken.add(20_000);
    const stop = world.processes.stop.bind(world.processes);
    world.processes.stop = async (...args) => {
      world.portRegistry.taken.clear();
      return stop(...args);
    };
    world.processes.exit(spec.id, { code: 1 });
    for (const wait of [250, 200]) await world.pass(wait);
    expect(launched()?.args).to.deep.equal(['--port', '20000']);
    expect(changes()).to.deep.equal([]);
  });

  it('keep it from being launched while there are none, which is not its fault, and are named', async () => {
    world.portRegistry.taken.add(20_000);
    world.portRegistry.assign = () => Promise.reject(new Error('No free port was found.'));
    world.processes.exit(spec.id, { code: 1 });
    await world.pass(250);
    const view = world.control.queries.service(spec.id);
    expect(view.state).to.equal('backoff');
    expect(view.reason).to.equal(
      'Service "telemetry" is not launched until it has its ports (http): No free port was found.',
    );
    world.portRegistry.assign = () => Promise.reject(new StoreUnavailableError('The disk is full.'));
    for (let tries = 0; tries < 10; tries += 1) await world.pass(5_000);
    expect(world.control.queries.service(spec.id).state).to.equal('backoff');
    expect(world.processes.launches).to.have.length(1);
  });

  it('are named by explain while another program has them and no process lives', async () => {
    const summary = async (): Promise<string> => (await world.control.queries.explain(spec.id)).summary;
    world.portRegistry.taken.add(20_000);
    expect(await summary()).not.to.contain('20000');
    world.processes.exit(spec.id, { code: 98 });
    await world.pass();
    expect(await summary()).to.match(
      / Another program listens on its port 20000 \(http\); it gets another one at its next launch\.$/,
    );
  });

  it('that only its probes name are named by explain too', async () => {
    const probes = { readiness: { ...PROBE, check: { type: 'tcp', host: '127.0.0.1', port: 7_103 } as const } };
    world.specs.hosts.push(serviceSpec('other', { probes }));
    await world.control.reload(false, world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    world.portRegistry.taken.add(7_103);
    world.processes.exit('other', { code: 98 });
    await world.pass();
    const { summary } = await world.control.queries.explain('other');
    expect(summary).to.match(/ Another program listens on port 7103, which its probes check\.$/);
  });

  it('that another program has are named in its reason, with that program, until it is launched', async () => {
    const probes = { readiness: { ...PROBE, check: { type: 'tcp', host: '127.0.0.1', port: 7_103 } as const } };
    world.specs.hosts.push(serviceSpec('other', { probes }));
    await world.control.reload(false, world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    world.portRegistry.taken.add(7_103);
    world.portRegistry.holders.set(7_103, 'nginx (pid 812)');
    world.processes.exit('other', { code: 98 });
    await world.pass();
    const view = world.control.queries.service('other');
    expect(view).to.include({ state: 'backoff', reason_code: 'exited' });
    expect(view.reason).to.match(
      /exited with code 98; another program, nginx \(pid 812\), listened on port 7103 then$/,
    );
    const { summary } = await world.control.queries.explain('other');
    expect(summary).to.match(/ Another program, nginx \(pid 812\), listens on port 7103, which its probes check\.$/);
    world.portRegistry.taken.clear();
    await world.pass(250);
    await world.pass(200);
    expect(world.control.queries.service('other').reason).not.to.contain('7103');
  });

  it('are not waited for by a service that is stopped', async () => {
    world.portRegistry.taken.add(20_000);
    let find = (): void => undefined;
    world.portRegistry.assign = () =>
      new Promise((resolve) => {
        find = () => {
          resolve([]);
        };
      });
    world.processes.exit(spec.id, { code: 1 });
    await world.pass(250);
    const stopped = world.control.stopService(spec.id, world.origin);
    await world.pass();
    await stopped;
    find();
    await world.pass();
    expect(world.control.queries.service(spec.id).state).to.equal('stopped');
    expect(world.processes.launches).to.have.length(1);
  });

  it('that were lost with the database do not end its process', async () => {
    const liveness = serviceSpec('other', {
      args: [http],
      probes: { startup: { ...PROBE, check }, liveness: { ...PROBE, check }, readiness: { ...PROBE, check } },
    });
    world.specs.hosts.push(liveness);
    await world.control.reload(false, world.origin);
    await world.pass();
    world.prober.pass('other', 'startup');
    world.kill();
    world.portRegistry.known = () => ({});
    await world.boot();
    await world.pass(600_000);
    const view = world.control.queries.service('other');
    expect(view).to.include({ state: 'running', substate: 'unready', generation: 1 });
    expect(view.reason).to.contain('its port is no longer known, because the database was lost');
    expect(world.processes.stops).to.deep.equal([]);
  });

  it('are given back when it is removed, by this host or by the next', async () => {
    world.specs.hosts.length = 0;
    await world.control.reload(false, world.origin);
    await world.pass(5_000);
    expect(world.control.queries.services()).to.deep.equal([]);
    expect(world.portRegistry.owners()).to.deep.equal([]);
    await world.portRegistry.assign(spec.id, ['http']); // as if that host had died before
    world.kill();
    await world.boot();
    expect(world.portRegistry.owners()).to.deep.equal([]);
  });

  it('are given back when the store can be written again, if it could not when it was removed', async () => {
    world.specs.hosts.length = 0;
    await world.control.reload(false, world.origin);
    world.portRegistry.isBroken = true;
    world.store.breakDown();
    await world.pass(5_000);
    expect(world.control.queries.services()).to.deep.equal([]);
    expect(world.portRegistry.owners()).to.deep.equal([spec.id]);
    world.portRegistry.isBroken = false;
    world.store.heal();
    await world.pass(10_000);
    expect(world.portRegistry.owners()).to.deep.equal([]);
  });
});
