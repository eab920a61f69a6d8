import { expect } from 'chai';
import type { ExplainView } from '../../../../lib/api/schemas/explain.ts';
import { ServiceNotFoundError, StoreUnavailableError } from '../../../../lib/model/errors.ts';
import type { AgentPlan, ServiceSpec, Strategy } from '../../../../lib/model/spec.ts';
import { parseAgentId, parseServiceId } from '../../../../lib/model/values/ids.ts';
import { serviceSpec } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';

const KINDS = ['one', 'two', 'three'] as const;
const CRASH = { type: 'code', code: 3 } as const;

/** An agent of three services that start one after the other. */
function group(strategy: Strategy, change: (spec: ServiceSpec) => ServiceSpec = (spec) => spec): AgentPlan {
  const services = KINDS.map((kind, index) => {
    const before = KINDS[index - 1];
    const on =
      before === undefined ? [] : [{ serviceId: parseServiceId(`g-${before}`), condition: 'started' } as const];
    return change(serviceSpec(`g-${kind}`, { agentId: 'g', dependsOn: on }));
  });
  const asked = { agentType: null, coreioId: null };
  return { id: parseAgentId('g'), type: 'default', configPath: '/plant/g.yaml', strategy, asked, services };
}

describe('the explanation of a service', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
  });

  const told = ({ causes }: ExplainView): readonly string[] => causes.map(({ sentence }) => sentence);
  const causes = async (id: string): Promise<readonly string[]> => told(await world.control.queries.explain(id));
  const up = async (): Promise<void> => {
    for (const wait of [0, 200, 200, 200, 200]) await world.pass(wait);
  };

  describe('of the default agent', () => {
    beforeEach(async () => {
      await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
      await up();
    });

    it('leads from running back to the command about its agent', async () => {
      expect(await causes('pump1-corerl')).to.deep.equal([
        'pump1-corerl went from starting to running: it stayed up long enough to count as started.',
        'pump1-corerl was launched (pid 100002, generation 1, version 1.0.0).',
        'pump1-corerl went from stopped to starting: a holder requested it.',
        'Agent pump1 was started by a command.',
      ]);
    });

    it('says that it is not known whether the process lives, as do the service, the health and the metrics', async () => {
      const { queries } = world.control;
      const service = () => [...world.control.measured().services()].find(({ id }) => id === 'pump1-corerl');
      expect([queries.service('pump1-corerl').doubt, service()?.isInDoubt]).to.deep.equal([null, false]);
      world.processes.doubt('pump1-corerl', { since: world.clock.now() - 5_000, reason: 'node n2 is not ready' });
      expect((await queries.explain('pump1-corerl')).summary).to.include(
        'It has not been known for 5 s whether its process (pid 100002) is still running: node n2 is not ready.',
      );
      expect(queries.service('pump1-corerl').doubt).to.include({ reason: 'node n2 is not ready' });
      expect(service()?.isInDoubt).to.equal(true);
      expect(queries.health().reasons).to.deep.equal([
        'It is not known whether pump1-corerl is still running: node n2 is not ready.',
      ]);
      expect(world.processes.launches, 'nothing is launched').to.have.length(2);
    });

    it('gives number, instant, states, cause and correlation id of each link', async () => {
      const { causes: links } = await world.control.queries.explain('pump1-corerl');
      expect(links[0]).to.deep.equal({
        ...{ seq: 9, at: '2023-11-14T22:13:20.400Z', type: 'service.state_changed', from: 'starting', to: 'running' },
        ...{ cause: 'deadline', correlation_id: 'request-1' },
        sentence: 'pump1-corerl went from starting to running: it stayed up long enough to count as started.',
      });
      expect(links.at(-1)).to.include({ type: 'agent.start_requested', correlation_id: 'request-1' });
      expect(links.at(-1)).not.to.have.any.keys('from', 'to');
    });

    it('leads over a crash and its backoff back to the start', async () => {
      world.processes.exit('pump1-corerl', { code: 7 });
      await world.pass();
      const { summary, next, budget } = await world.control.queries.explain('pump1-corerl');
      expect(summary).to.equal(
        'pump1-corerl has been in backoff for 0 s: the process exited with code 7. ' +
          'It should be running; the next launch is in 0.25 s.',
      );
      expect(next[0]).to.deep.equal({
        ...{ what: 'start', at: '2023-11-14T22:13:21.050Z', in_ms: 250 },
        sentence: 'The next launch is in 0.25 s.',
      });
      const times = { period_ms: 60_000, resets_after_ms: 60_000, next_delay_ms: 500 };
      expect(budget).to.deep.equal({ restarts: 1, max_restarts: 3, ...times });
      await world.pass(250);
      await world.pass(200);
      expect((await causes('pump1-corerl')).slice(1, 5)).to.deep.equal([
        'pump1-corerl was launched (pid 100003, generation 2, version 1.0.0).',
        'pump1-corerl went from backoff to starting: its backoff delay was over.',
        'pump1-corerl went from running to backoff: the process exited with code 7.',
        'The process of pump1-corerl (generation 1) exited with code 7.',
      ]);
      expect((await causes('pump1-corerl')).at(-1)).to.equal('Agent pump1 was started by a command.');
    });

    it('is at most 20 links long', async () => {
      for (let crash = 0; crash < 8; crash += 1) {
        world.processes.exit('pump1-corerl', { code: 7 });
        for (const wait of [30_000, 200, 200]) await world.pass(wait);
      }
      expect(await causes('pump1-corerl')).to.have.length(20);
    });

    it('keeps what it began with when the way there is longer', async () => {
      for (let crash = 0; crash < 4; crash += 1) {
        world.processes.exit('pump1-corerl', { code: 7 });
        for (const wait of [30_000, 200, 200]) await world.pass(wait);
      }
      const links = await causes('pump1-corerl');
      expect(links).to.have.length(20);
      expect(links.at(-1)).to.equal('Agent pump1 was started by a command.');
    });

    it('ends with the stop by hand', async () => {
      await world.control.stopService('pump1-corerl', { correlationId: 'request-2' });
      const view = await world.control.queries.explain('pump1-corerl');
      expect(view.summary).to.contain('it was stopped by a command');
      expect(view).to.deep.include({ holders: ['agent:pump1'], running_revision: null, next: [] });
      expect(told(view)).to.deep.equal([
        'pump1-corerl went from stopping to stopped: all of its processes are gone.',
        'The process of pump1-corerl (generation 1) was killed by SIGTERM, because it was asked to stop.',
        'pump1-corerl went from running to stopping: a stop was requested.',
        'pump1-corerl was stopped by a command.',
      ]);
    });

    it('says after the stop of the agent that it has no holder', async () => {
      await world.control.stopAgent('pump1', { correlationId: 'request-2' });
      const view = await world.control.queries.explain('pump1-coreio');
      expect(view.summary).to.contain('it has no holder');
      expect(told(view).slice(-2)).to.deep.equal([
        'pump1-coreio went from running to stopping: its last holder released it.',
        'Agent pump1 was stopped by a command.',
      ]);
    });

    it('takes the right one of two commands that carry the same correlation id', async () => {
      await world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin);
      await up();
      expect((await causes('pump2-corerl')).at(-1)).to.equal('Agent pump2 was started by a command.');
      expect((await causes('pump1-corerl')).at(-1)).to.equal('Agent pump1 was started by a command.');
    });

    it('passes over a command that changed nothing', async () => {
      await world.control.startService('pump1-corerl', { correlationId: 'request-2' });
      expect((await causes('pump1-corerl'))[0]).to.contain('went from starting to running');
    });

    it('shows the state of the dependency that a service waits for, and what happened to it', async () => {
      await world.control.stopService('pump1-coreio', { correlationId: 'request-2' });
      world.processes.exit('pump1-corerl', { code: 7 });
      for (const wait of [250, 0]) await world.pass(wait);
      const view = await world.control.queries.explain('pump1-corerl');
      expect(view.summary).to.contain('it is waiting until pump1-coreio is running. pump1-coreio is stopped.');
      expect(view.waits_for).to.deep.equal([
        {
          ...{ service_id: 'pump1-coreio', condition: 'started', state: 'stopped', substate: 'idle' },
          ...{ reason: null, reason_code: null },
          sentence: 'pump1-coreio is stopped.',
        },
      ]);
      expect(view.next[0]).to.deep.equal({
        ...{ what: 'dependency', at: null, in_ms: null },
        sentence: 'It starts as soon as pump1-coreio is running.',
      });
      expect(told(view)).to.include('pump1-coreio went from stopping to stopped: all of its processes are gone.');
    });

    it('names the host that adopted it, and what it was started by before', async () => {
      world.kill(5_000);
      await world.boot();
      await world.pass(200);
      const view = await world.control.queries.explain('pump1-corerl');
      expect(view.summary)
        .to.contain('launched by an earlier host and adopted by this one')
        .and.not.contain('revision');
      expect(view.running_revision).to.equal(view.revision);
      const links = told(view);
      expect(links.slice(0, 2)).to.deep.equal([
        'The host adopted the running process of pump1-corerl (pid 100002, generation 1, version 1.0.0).',
        'The host started (pid 1, version 0.0.0).',
      ]);
      expect(links.at(-1)).to.equal('Agent pump1 was started by a command.');
    });

    it('shows an exit that happened while no host was running, and who found it', async () => {
      world.kill(5_000, (processes) => processes.exit('pump1-corerl', { signal: 'SIGKILL' }));
      await world.boot();
      const links = await causes('pump1-corerl');
      expect(links.slice(0, 3)).to.deep.equal([
        'pump1-corerl went from running to backoff: the process was killed by SIGKILL.',
        'The process of pump1-corerl (generation 1) was killed by SIGKILL.',
        'The host started (pid 1, version 0.0.0).',
      ]);
      expect(links.at(-1)).to.equal('Agent pump1 was started by a command.');
    });

    it('ends with the host that brought it up again after a drain', async () => {
      await world.control.close('drain');
      await world.boot();
      await up();
      expect((await causes('pump1-corerl')).slice(-2)).to.deep.equal([
        'pump1-corerl went from stopped to starting: the host resumed it.',
        'The host started (pid 1, version 0.0.0).',
      ]);
    });

    it('is answered without its causes, and says why, when the journal cannot be read', async () => {
      world.store.history = () => Promise.reject(new StoreUnavailableError('The store is gone.'));
      const view = await world.control.queries.explain('pump1-corerl');
      expect(view).to.deep.include({ state: 'running', causes: [], causes_unavailable: 'The store is gone.' });
    });

    it('knows the newest facts also while they cannot be written', async () => {
      world.store.breakDown();
      world.processes.exit('pump1-corerl', { code: 7 });
      await world.pass();
      expect((await world.control.queries.explain('pump1-corerl')).state).to.equal('backoff');
      world.store.heal();
      expect((await causes('pump1-corerl'))[0]).to.contain('went from running to backoff');
    });
  });

  it('ends for one whose actor was set aside with what its actor broke at', async () => {
    const exited: (() => void)[] = [];
    const observe = world.processes.observe.bind(world.processes);
    world.processes.observe = (launchId, observer) => {
      const at = world.clock.now();
      exited.push(() => {
        observer.exited({
          at,
          code: 1,
          isKnown: true,
          get signal(): never {
            throw new Error('a bug');
          },
        });
      });
      return observe(launchId, observer);
    };
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass();
    for (let count = 0; count < 6; count += 1) {
      exited.at(-1)?.();
      await world.pass();
    }
    const view = await world.control.queries.explain('pump1-coreio', CRASH);
    expect(view).to.include({ state: 'failed', substate: 'abandoned' });
    expect(view.if_exit).to.include({ next: 'nothing' });
    expect(told(view).at(-1)).to.match(/^Actor service:pump1-coreio crashed: .*: a bug\.$/);
    expect(told(view)[0]).to.contain('its actor crashed repeatedly');
  });

  it('refuses an unknown service', async () => {
    const error: unknown = await world.control.queries.explain('nobody').catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ServiceNotFoundError);
  });

  it('ends for a host service with the configuration and the start of the host', async () => {
    world = new ControlWorld();
    world.specs.hosts.push(serviceSpec('telemetry'));
    await world.boot();
    await up();
    expect((await causes('telemetry')).slice(-3)).to.deep.equal([
      'telemetry went from stopped to starting: a holder requested it.',
      'telemetry was started by the host, as configured.',
      'The host started (pid 1, version 0.0.0).',
    ]);
  });

  describe('of a group', () => {
    const start = async (plan: AgentPlan): Promise<void> => {
      world.specs.plans.set('g', plan);
      await world.control.startAgent({ configPath: '/plant/g.yaml' }, world.origin);
      await up();
    };

    it('ends with the failure of the sibling that it was restarted with', async () => {
      await start(group('one_for_all'));
      world.processes.exit('g-two', { code: 3 });
      await world.pass();
      await up();
      expect((await causes('g-one')).slice(-2)).to.deep.equal([
        'g-one went from running to stopping: restarted because g-two failed (one_for_all).',
        'The process of g-two (generation 1) exited with code 3.',
      ]);
    });

    for (const [strategy, siblings] of [
      ['one_for_one', []],
      ['rest_for_one', ['g-three']],
      ['one_for_all', ['g-three', 'g-one']],
    ] as const) {
      it(`says which siblings an exit would restart under ${strategy}`, async () => {
        await start(group(strategy));
        const { if_exit: outcome } = await world.control.queries.explain('g-two', CRASH);
        expect(outcome).to.deep.include({ code: 3, class: 'code', next: 'restart', at_least_ms: 250, siblings });
        if (siblings.length > 0) expect(outcome?.sentence).to.contain(`restarted with it: ${siblings.join(', ')}.`);
      });
    }

    it('leaves those out that have no process, and all of them after a success', async () => {
      const restart = { ...serviceSpec('x').restart, mode: 'on_failure' } as const;
      await start(group('one_for_all', (spec) => ({ ...spec, restart })));
      await world.control.stopService('g-three', { correlationId: 'request-2' });
      const crash = await world.control.queries.explain('g-two', CRASH);
      expect(crash.if_exit?.siblings).to.deep.equal(['g-one']);
      const success = await world.control.queries.explain('g-two', { type: 'code', code: 0 });
      expect(success.if_exit).to.deep.include({ next: 'complete', siblings: [] }).and.not.have.property('at_least_ms');
      const killed = await world.control.queries.explain('g-two', { type: 'signal', signal: 'SIGKILL' });
      expect(killed.if_exit).to.include({ signal: 'SIGKILL', class: 'signal' }).and.not.have.property('code');
    });

    it('ends with the reload that restarted it, and shows names but no values', async () => {
      await start(group('one_for_one'));
      const secret = 'do-not-tell';
      world.specs.plans.set(
        'g',
        group('one_for_one', (spec) =>
          spec.id === 'g-three' ? { ...spec, args: [`--token=${secret}`], env: { TOKEN: secret } } : spec,
        ),
      );
      await world.control.reload(false, { correlationId: 'request-2' });
      await up();
      const view = await world.control.queries.explain('g-three');
      expect(told(view).slice(-2)).to.deep.equal([
        'g-three went from running to stopping: a restart was requested.',
        'The configuration was reloaded: g-three restarts (args, env).',
      ]);
      expect(JSON.stringify(view)).not.to.contain(secret);
      expect((await causes('g-one')).at(-1)).to.equal('Agent g was started by a command.');
    });
  });

  it('shows the last failure of every probe, also below its threshold', async () => {
    world.specs.hosts.push(serviceSpec('telemetry'));
    world.kill();
    await world.boot();
    world.prober.found.set('telemetry', [{ probe: 'liveness', generation: 1, at: 0, reason: 'no answer' }]);
    const { probe_failures: failures } = await world.control.queries.explain('telemetry');
    expect(failures).to.deep.equal([
      { probe: 'liveness', generation: 1, at: '1970-01-01T00:00:00.000Z', reason: 'no answer' },
    ]);
  });

  it('of one that runs an older version says which newer one was set aside and why', async () => {
    world.specs.hosts.push(serviceSpec('telemetry'));
    world.catalog.choose = ({ fallback }) => {
      const version = fallback === undefined ? best : '1.0.0';
      return Promise.resolve({
        type: 'found',
        executable: { path: `/plant/program-${version}`, version, fingerprint: version },
      });
    };
    let best = '1.0.0';
    world.kill();
    await world.boot();
    for (const wait of [200, 60_000]) await world.pass(wait);
    best = '2.0.0';
    await world.control.restartService('telemetry', { correlationId: 'request-2' });
    await up();
    for (let crash = 0; crash < 3; crash += 1) {
      world.processes.exit('telemetry', { code: 1 });
      for (const wait of [2_000, 200]) await world.pass(wait);
    }
    const { if_exit: outcome } = await world.control.queries.explain('telemetry', CRASH);
    expect(outcome).to.include({ next: 'fall_back', at_least_ms: 0 });
    expect(outcome?.sentence).to.contain('fall back to 1.0.0 immediately');
    world.processes.exit('telemetry', { code: 1 });
    await up();
    const view = await world.control.queries.explain('telemetry');
    expect(view.summary).to.contain('It runs 1.0.0 because 2.0.0 was rejected: the process exited with code 1');
    expect(told(view)).to.include(
      'telemetry fell back to 1.0.0; 2.0.0 was rejected: the process exited with code 1; more than 3 restarts within 60 s.',
    );
  });
});
