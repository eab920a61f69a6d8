import { expect } from 'chai';
import type { VersionChangeView } from '../../../../lib/api/schemas/version.ts';
import { ServiceNotFoundError, VersionNotFoundError } from '../../../../lib/model/errors.ts';
import { isVersionIn } from '../../../../lib/model/policy/version.ts';
import type { Executable } from '../../../../lib/model/process.ts';
import type { ServiceSpec } from '../../../../lib/model/spec.ts';
import { agentPlan } from '../../../support/actors/specs.ts';
import { memoryStore } from '../../../support/store/memory-store.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

const ID = 'pump1-corerl';
const ANNA = { actor: 'anna', address: null, tool: 'cli' } as const;

function release(version: string): Executable {
  return { path: `/plant/program-${version}`, version, fingerprint: version };
}

describe('a version that a person has chosen for a service', () => {
  let world: ControlWorld;
  /** Newest first. */
  let files: readonly Executable[];

  beforeEach(async () => {
    world = new ControlWorld();
    files = [release('2.0.0'), release('1.9.0'), release('1.8.0')];
    world.catalog.choose = ({ version, fallback }) => {
      const fitting = files.filter((file) => isVersionIn(file.version ?? '', version));
      const [best] = fitting;
      const isRejected = best !== undefined && best.fingerprint === fallback?.rejected;
      const found = isRejected ? (fitting.find(({ path }) => path === fallback.lastGoodPath) ?? best) : best;
      if (found !== undefined) return Promise.resolve({ type: 'found', executable: found });
      return Promise.resolve({ type: 'missing', reason: `No version ${version ?? ''}.` });
    };
    world.catalog.versions = () =>
      Promise.resolve(files.map(({ version, path }) => ({ version: version ?? '', path })));
    configure({});
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await settle();
  });

  async function settle(...waits: readonly number[]): Promise<void> {
    for (const wait of [...waits, 0, 200, 200, 200]) await world.pass(wait);
  }

  /** From now on the file of pump1 says this of its corerl. */
  function configure(change: Partial<ServiceSpec>): void {
    const plan = agentPlan('pump1');
    const services = plan.services.map((spec) => (spec.kind === 'corerl' ? { ...spec, ...change } : spec));
    world.specs.plans.set('pump1', { ...plan, services });
  }

  async function pin(version: string | null, isDryRun = false): Promise<VersionChangeView> {
    const origin = { correlationId: 'pin-1', source: ANNA };
    const answer = await world.control.pinVersion(ID, { version, isDryRun }, origin);
    await settle();
    return answer;
  }

  const view = (): ReturnType<typeof world.control.queries.service> => world.control.queries.service(ID);
  const events = async (type: string): Promise<readonly object[]> =>
    (await world.control.queries.history({ after: 0, limit: 100, type })).events;

  async function crash(): Promise<void> {
    world.processes.exit(ID, { code: 1 });
    await settle(1_000, 1_000, 1_000);
  }

  it('is launched at once in place of the one that runs, and said with who chose it', async () => {
    const answer = await pin('1.9.0');
    expect(answer).to.deep.include({ applied: true, restarts: [ID] });
    expect(answer.changes[0]).to.deep.include({
      ...{ service_id: ID, action: 'restart', changed: ['version'] },
      keys: [{ key: 'version', old: null, new: '1.9.0' }],
      reason: 'its process runs version 2.0.0, and a new launch runs version 1.9.0',
    });
    expect(answer.from).to.deep.equal({ version: '2.0.0', executable: '/plant/program-2.0.0' });
    expect(answer.to).to.deep.equal({ version: '1.9.0', executable: '/plant/program-1.9.0' });
    expect(view()).to.deep.include({ state: 'running', version: '1.9.0', generation: 2, restarts: 0 });
    expect(view().pin).to.include({ version: '1.9.0', actor: 'anna', configured: null, in_range: true });
    expect(await events('service.version_pinned'))
      .to.have.nested.property('[0].detail')
      .that.deep.equals({
        ...{ version: '1.9.0', was: null, configured: null },
      });
    expect((await events('service.version_pinned'))[0]).to.include({ cause: 'command', actor: 'anna', service_id: ID });
    const { summary, pin: explained } = await world.control.queries.explain(ID);
    expect(summary).to.match(
      /It has been pinned to version 1\.9\.0 by anna for 0\.6 s; its configuration asks for no version\./,
    );
    expect(explained).to.deep.equal(view().pin);
  });

  it('only says what would change on a dry run', async () => {
    const before = world.store.journal.length;
    const planned = await pin('1.9.0', true);
    expect(planned).to.deep.include({ applied: false, restarts: [ID], pin: null });
    expect(view()).to.include({ version: '2.0.0', generation: 1, pin: null });
    expect(world.store.journal).to.have.lengthOf(before);
    expect((await pin('1.9.0')).changes).to.deep.equal(planned.changes);
  });

  it('restarts nothing that runs it already, and nothing when it is chosen again', async () => {
    const answer = await pin('2.0.0');
    expect(answer.changes[0]).to.deep.include({ action: 'update', reason: 'its process runs version 2.0.0 already' });
    expect(view()).to.include({ generation: 1 });
    expect((await pin('2.0.0')).changes).to.deep.equal([]);
    expect(await events('service.version_pinned')).to.have.lengthOf(1);
  });

  it('is refused if there is no such executable, with those that there are', async () => {
    const error = await rejection(world.control.pinVersion(ID, { version: '3.0.0', isDryRun: false }, world.origin));
    expect(error).to.be.instanceOf(VersionNotFoundError);
    expect((error as Error).message).to.equal(
      `Version 3.0.0 of executable "program" not found, so service "${ID}" cannot be pinned to it. ` +
        'The versions of it are 2.0.0, 1.9.0, 1.8.0.',
    );
    const unknown = world.control.pinVersion('nobody', { version: '1.9.0', isDryRun: false }, world.origin);
    expect(await rejection(unknown)).to.be.instanceOf(ServiceNotFoundError);
  });

  it('stays through crashes, a newer file, a reload, a restart of the agent and of the host', async () => {
    await pin('1.9.0');
    await crash();
    expect(view()).to.include({ version: '1.9.0' });
    files = [release('2.1.0'), ...files];
    configure({ args: ['--other'] });
    await world.control.reload(false, world.origin);
    await settle();
    await world.control.restartAgent('pump1', world.origin);
    await settle();
    expect(view()).to.include({ version: '1.9.0', state: 'running' });
    world.kill();
    await world.boot();
    await settle();
    await crash();
    expect(view()).to.include({ version: '1.9.0', state: 'running' });
    expect(view().pin).to.include({ version: '1.9.0', actor: 'anna' });
  });

  it('survives a kill of the host right after its answer, with the restart that it needs', async () => {
    const origin = { correlationId: 'pin-1', source: ANNA };
    const answer = world.control.pinVersion(ID, { version: '1.9.0', isDryRun: false }, origin);
    await answer;
    world.kill();
    await world.boot();
    await settle();
    expect(view()).to.include({ version: '1.9.0', state: 'running' });
    expect(view().pin).to.include({ version: '1.9.0' });
  });

  it('is carried out by the next host if this one dies as soon as the command is stored', async () => {
    const { store } = world;
    const commit = store.commitIntentions.bind(store);
    store.commitIntentions = async (intentions) => {
      await commit(intentions);
      world.kill();
    };
    void world.control.pinVersion(ID, { version: '1.9.0', isDryRun: false }, world.origin);
    await world.pass();
    store.commitIntentions = commit;
    await world.boot();
    await settle();
    expect(view()).to.include({ version: '1.9.0', state: 'running' });
    expect(view().pin).to.include({ version: '1.9.0' });
  });

  it('comes back with the copy of the intentions if the store was lost', async () => {
    await pin('1.9.0');
    await world.pass(1_000);
    world.kill();
    Object.assign(world, { store: memoryStore() });
    world.found = { isStoreLost: true, recoveredFrom: null, copyOf: null };
    await world.boot();
    await settle();
    expect(view().pin).to.include({ version: '1.9.0', actor: 'anna' });
    await crash();
    expect(view()).to.include({ version: '1.9.0', state: 'running' });
  });

  it('is nothing that a fallback ends: the service fails as if no other version had run', async () => {
    await pin('2.0.0');
    await world.pass(60_000);
    await pin('1.9.0');
    world.processes.exit(ID, { code: 1 });
    for (const wait of [0, 250, 0, 0]) await world.pass(wait);
    for (const wait of [500, 1_000]) {
      world.processes.exit(ID, { code: 1 });
      for (const next of [0, wait, 0, 0]) await world.pass(next);
    }
    const { if_exit: ifExit } = await world.control.queries.explain(ID, { type: 'code', code: 1 });
    expect(ifExit).to.include({ next: 'fail' });
    world.processes.exit(ID, { code: 1 });
    await world.pass();
    expect(view()).to.include({ state: 'failed', version: '1.9.0' });
    expect(await events('service.fell_back')).to.deep.equal([]);
    await pin(null);
    expect(view(), 'another choice is tried at once').to.include({ state: 'running', version: '2.0.0' });
  });

  it('gives a version that was rejected another chance', async () => {
    await world.pass(60_000);
    files = [release('3.0.0'), ...files];
    await world.control.restartService(ID, world.origin);
    await settle();
    for (const wait of [250, 500, 1_000, 0]) {
      world.processes.exit(ID, { code: 1 });
      for (const next of [0, wait, 0, 200]) await world.pass(next);
    }
    expect(view()).to.include({ version: '2.0.0', state: 'running', reason_code: 'older_version' });
    await pin('2.0.0');
    expect(view(), 'a person wants it now').to.include({ version: '2.0.0', state: 'running', reason_code: null });
    await pin('3.0.0');
    expect(view()).to.include({ version: '3.0.0', state: 'running', reason_code: null });
    await pin(null);
    expect(view(), 'it is the newest').to.include({ version: '3.0.0', generation: view().generation });
  });

  it('is stronger than the range of the configuration, and says so where they contradict each other', async () => {
    await pin('1.9.0');
    const { generation } = view();
    configure({ version: '^2' });
    const { changes, restarts } = await world.control.reload(true, world.origin);
    expect(restarts).to.deep.equal([]);
    expect(changes[0]).to.deep.include({ action: 'update', keys: [{ key: 'version', old: null, new: '^2' }] });
    expect(changes[0]?.reason).to.equal('no new launch is needed for version; it stays pinned to version 1.9.0');
    await world.control.reload(false, world.origin);
    await settle();
    expect(view()).to.include({ generation, version: '1.9.0' });
    expect(view().pin).to.include({ configured: '^2', in_range: false });
    expect((await world.control.queries.explain(ID)).summary).to.include('asks for version ^2, which excludes it.');
    const other = await pin('1.8.0', true);
    expect(other.changes[0]?.reason).to.include('; its configuration asks for version ^2, which excludes it');
    await pin(null);
    expect(view()).to.include({ version: '2.0.0', pin: null });
  });

  it('is not restarted without it when no other version could replace it', async () => {
    await pin('1.9.0');
    configure({ version: '^5' });
    await world.control.reload(false, world.origin);
    await settle();
    const { changes, to } = await pin(null);
    expect(to).to.equal(null);
    expect(changes[0]?.action).to.equal('update');
    expect(view()).to.include({ version: '1.9.0', state: 'running', pin: null });
  });

  it('waits for the next launch while the service is stopped', async () => {
    await Promise.all([world.control.stopService(ID, world.origin), world.pass(), world.pass()]);
    const { changes } = await pin('1.9.0');
    expect(changes[0]?.reason).to.equal('no process is running; the next launch runs version 1.9.0');
    expect(view().state).to.equal('stopped');
    await world.control.startService(ID, world.origin);
    await settle();
    expect(view()).to.include({ version: '1.9.0', state: 'running' });
  });

  it('ends with its service, and that is journalled', async () => {
    await pin('1.9.0');
    const { UNCONDITIONAL } = await import('../../../../lib/model/values/precondition.ts');
    await Promise.all([world.control.deleteAgent('pump1', UNCONDITIONAL, world.origin), settle(), settle()]);
    expect((await world.store.loadIntentions()).map(({ subject }) => subject)).to.deep.equal([]);
    expect(await events('service.version_unpinned')).to.have.nested.property('[0].detail.removed', true);
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await settle();
    expect(view()).to.include({ version: '2.0.0', pin: null });
  });

  it('is nothing if it could not be stored', async () => {
    world.store.breakDown();
    await rejection(world.control.pinVersion(ID, { version: '1.9.0', isDryRun: false }, world.origin));
    world.store.heal();
    await settle();
    expect(view()).to.include({ version: '2.0.0', pin: null, generation: 1 });
  });
});
