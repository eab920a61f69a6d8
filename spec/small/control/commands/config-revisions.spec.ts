import { expect } from 'chai';
import { RevisionNotFoundError, RevisionsUnrelatedError } from '../../../../lib/model/errors.ts';
import type { ServiceSpec } from '../../../../lib/model/spec.ts';
import type { ConfigRevisionView } from '../../../../lib/api/schemas/config.ts';
import { agentPlan, serviceSpec } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

const ANNA = { actor: 'anna', address: null, tool: 'cli' } as const;
const LATEST = { from: null, to: null, subject: null } as const;

describe('the revisions of the configuration', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    world.specs.settings = { kinds: { corerl: { args: ['--slow'] } } };
    world.specs.hosts.push(serviceSpec('telemetry'));
    await world.boot();
    await start();
  });

  async function start(): Promise<void> {
    const origin = { correlationId: 'request-1', source: ANNA };
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, origin);
    for (const wait of [200, 200, 200]) await world.pass(wait);
  }

  /** From now on the file of pump1 says this of its corerl. */
  function rewrite(change: Partial<ServiceSpec>, more: Partial<ReturnType<typeof agentPlan>> = {}): void {
    const plan = agentPlan('pump1');
    const services = plan.services.map((spec) => (spec.kind === 'corerl' ? { ...spec, ...change } : spec));
    world.specs.plans.set('pump1', { ...plan, ...more, services });
  }

  async function reload(correlationId: string): Promise<void> {
    await world.control.reload(false, { correlationId, source: ANNA });
    for (const wait of [0, 200, 200]) await world.pass(wait);
  }

  async function revisions(): Promise<readonly ConfigRevisionView[]> {
    const { revisions: all } = await world.control.queries.configRevisions({ before: Infinity, limit: 100 });
    return all;
  }

  async function refusal(promise: Promise<unknown>): Promise<Error> {
    const error = await rejection(promise);
    if (!(error instanceof Error)) throw new Error('It was refused with something that is not an error.');
    return error;
  }

  const brief = ({ number, subject, agent_id, actor, correlation_id }: ConfigRevisionView): readonly unknown[] => [
    ...[number, subject, agent_id, actor, correlation_id],
  ];

  it('are those of the host when it starts, and of an agent when it is started, with who gave the command', async () => {
    expect((await revisions()).map(brief)).to.deep.equal([
      [2, 'agent', 'pump1', 'anna', 'request-1'],
      [1, 'host', null, null, 'host-start'],
    ]);
  });

  it('are no more than before when nothing changed: after a stop, another start, a reload or a restart of the host', async () => {
    await Promise.all([world.control.stopAgent('pump1', world.origin), world.pass(), world.pass()]);
    await start();
    await reload('request-2');
    world.kill();
    await world.boot();
    expect((await revisions()).map(({ number }) => number)).to.deep.equal([2, 1]);
  });

  it('have what each reload applied, and the diff says what differs and what it restarts', async () => {
    rewrite({ args: ['--fast'], settleMs: 300 }, { type: 'demo' });
    world.specs.hosts[0] = serviceSpec('telemetry', { env: { PORT: '7100' } });
    world.specs.settings = { kinds: { corerl: { args: ['--fast'] } } };
    await reload('request-2');
    expect((await revisions()).slice(0, 2).map(brief)).to.deep.equal([
      [4, 'host', null, 'anna', 'request-2'],
      [3, 'agent', 'pump1', 'anna', 'request-2'],
    ]);
    const { diffs, restarts } = await world.control.queries.configDiff(LATEST);
    expect(restarts).to.deep.equal(['pump1-corerl', 'telemetry']);
    expect(diffs.map(({ from, to }) => [from?.number, to.number])).to.deep.equal([
      [2, 3],
      [1, 4],
    ]);
    const [agent, host] = diffs;
    expect(agent?.settings).to.deep.equal([{ key: 'agent_type', old: 'default', new: 'demo' }]);
    expect(agent?.changes[0]).to.deep.include({ service_id: 'pump1-corerl', action: 'restart' });
    expect(agent?.changes[0]?.keys).to.deep.equal([
      { key: 'args', old: serviceSpec('pump1-corerl').args, new: ['--fast'] },
      { key: 'settle', old: '200ms', new: '300ms' },
    ]);
    expect(host?.settings).to.deep.equal([{ key: 'kinds.corerl.args', old: ['--slow'], new: ['--fast'] }]);
    expect(host?.changes[0]?.keys).to.deep.equal([{ key: 'env.PORT', old: null, new: '<hidden>' }]);
  });

  it('can be compared with the one before, the newest one and each other', async () => {
    for (const settleMs of [300, 400]) {
      rewrite({ settleMs });
      await reload(`settle-${settleMs}`);
    }
    const settle = async (query: Partial<typeof LATEST> | object): Promise<unknown> => {
      const { diffs } = await world.control.queries.configDiff({ ...LATEST, ...query });
      return diffs.map(({ changes }) => changes.map(({ keys }) => keys.map((one) => [one.old, one.new])));
    };
    expect(await settle({})).to.deep.equal([[[['300ms', '400ms']]]]);
    expect(await settle({ subject: 'agent:pump1' })).to.deep.equal([[[['300ms', '400ms']]]]);
    expect(await settle({ from: 2 })).to.deep.equal([[[['200ms', '400ms']]]]);
    expect(await settle({ to: 3 })).to.deep.equal([[[['200ms', '300ms']]]]);
    expect(await settle({ from: 4, to: 2 })).to.deep.equal([[[['400ms', '200ms']]]]);
  });

  it('have a first one, with which nothing is compared', async () => {
    const { diffs, restarts } = await world.control.queries.configDiff({ ...LATEST, subject: 'host' });
    expect(diffs.map(({ from, settings, changes }) => ({ from, settings, changes }))).to.deep.equal([
      { from: null, settings: [], changes: [] },
    ]);
    expect(restarts).to.deep.equal([]);
  });

  it('are refused by number and subject where there is none, and when they are of different subjects', async () => {
    const { queries } = world.control;
    expect(await rejection(queries.configRevision(99))).to.be.instanceOf(RevisionNotFoundError);
    const unknown = await refusal(queries.configDiff({ ...LATEST, subject: 'agent:nobody' }));
    expect(unknown.message).to.include('of agent "nobody" not found');
    const unrelated = await refusal(queries.configDiff({ from: 1, to: 2, subject: null }));
    expect(unrelated).to.be.instanceOf(RevisionsUnrelatedError);
    expect(unrelated.message).to.include('1 is of the host').and.to.include('2 is of agent "pump1"');
  });

  it('have their content, without values of the environment', async () => {
    world.inherited = { DB_PASSWORD: 'correct horse' };
    world.kill();
    await world.boot();
    rewrite({ env: { TOKEN: 'battery staple' }, args: ['--auth=correct horse'] });
    await reload('request-2');
    const { configuration } = await world.control.queries.configRevision(3);
    expect(configuration).to.have.deep.nested.property('services.pump1-corerl.env', { TOKEN: '<hidden>' });
    expect(configuration).to.have.deep.nested.property('services.pump1-corerl.args', ['--auth=${DB_PASSWORD}']);
    const stored = JSON.stringify(await world.store.configurations.one(3));
    expect(stored).not.to.include('battery staple').and.not.to.include('correct horse');
  });

  it('are stored together with the command, or not at all', async () => {
    rewrite({ settleMs: 300 });
    world.store.breakDown();
    await rejection(world.control.reload(false, world.origin));
    world.store.heal();
    expect(await revisions()).to.have.lengthOf(2);
    await reload('request-2');
    world.kill();
    await world.boot();
    expect((await revisions())[0]).to.include({ number: 3, correlation_id: 'request-2' });
  });

  it('are added for agents that an earlier version started', async () => {
    const old = new ControlWorld();
    const [intention] = (await world.store.loadIntentions()).filter(({ subject }) => subject === 'agent:pump1');
    await old.store.commitIntentions({ put: [intention!], drop: [], journal: [] });
    await old.boot();
    const { revisions: all } = await old.control.queries.configRevisions({ before: Infinity, limit: 9 });
    expect(all.map(({ subject, actor }) => [subject, actor])).to.deep.equal([
      ['agent', null],
      ['host', null],
    ]);
  });

  it('of a shared coreio are its own', async () => {
    await world.control.startIo({ configPath: '/plant/io.yaml', coreioId: 'io' }, world.origin);
    expect((await revisions())[0]).to.include({ subject: 'service', service_id: 'io', agent_id: null });
    const filtered = await world.control.queries.configRevisions({ before: Infinity, limit: 9, kind: 'service' });
    expect(filtered.revisions).to.have.lengthOf(1);
  });
});

describe('the preview of a reload', () => {
  it('has each key that differs, what restarts, and the settings of the host and of agents', async () => {
    const world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [200, 200, 200]) await world.pass(wait);
    const plan = agentPlan('pump1');
    const services = plan.services.map((spec) => ({
      ...spec,
      settleMs: 500,
      ...(spec.kind === 'corerl' ? { version: '^2' } : {}),
    }));
    world.specs.plans.set('pump1', { ...plan, strategy: 'one_for_all', services });
    const preview = await world.control.reload(true, world.origin);
    expect(preview.restarts).to.deep.equal(['pump1-corerl']);
    expect(preview.settings).to.deep.equal([
      { agent_id: 'pump1', keys: [{ key: 'strategy', old: 'one_for_one', new: 'one_for_all' }] },
    ]);
    expect(preview.changes.map(({ keys }) => keys.map(({ key }) => key))).to.deep.equal([
      ['settle'],
      ['version', 'settle'],
    ]);
    expect(
      await world.control.queries.configRevisions({ before: Infinity, limit: 9, kind: 'agent' }),
    ).to.have.nested.property('revisions.length', 1);
  });
});
