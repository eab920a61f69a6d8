import { expect } from 'chai';
import { AgentNotFoundError, ServiceNotFoundError } from '../../../../lib/model/errors.ts';
import { UNCONDITIONAL } from '../../../../lib/model/values/precondition.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

const FORWARDS = { after: 0, limit: 1000, order: 'oldest_first' } as const;
const BACKWARDS = { after: 0, limit: 2, order: 'newest_first' } as const;

describe('the history of services and agents', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass();
    await world.pass(200);
    await world.pass(200);
  });

  const statesOf = async (id: string): Promise<readonly string[]> => {
    const { steps } = await world.control.queries.serviceHistory(id, FORWARDS);
    return steps.map(
      ({ type, state, generation, pid }) =>
        `${type} ${state ?? '?'} ${generation ?? '?'} ${pid === null ? '-' : 'pid'}`,
    );
  };

  it('shows the states of a service, its launches and the ends of its processes', async () => {
    world.processes.exit('pump1-coreio', { code: 3 });
    await world.pass();
    expect(await statesOf('pump1-coreio')).to.deep.equal([
      'service.state_changed starting 0 -',
      'process.launched starting 1 pid',
      'service.state_changed running 1 pid',
      'process.exited running 1 -',
      'service.state_changed backoff 1 -',
    ]);
    const { steps } = await world.control.queries.serviceHistory('pump1-coreio', FORWARDS);
    expect(steps[0]).to.include({ from: 'stopped', cause: 'service.hold', correlation_id: 'request-1', exit: null });
    expect(steps[3]?.exit).to.deep.equal({ code: 3, signal: null, class: 'code' });
    expect(steps[4]).to.include({ from: 'running', reason: 'the process exited with code 3' });
  });

  it('says in words what each step was, and why it was taken', async () => {
    const ofService = await world.control.queries.serviceHistory('pump1-corerl', FORWARDS);
    expect(ofService.steps.map(({ why }) => why)).to.deep.equal([
      'a holder requested it',
      null, // a launch needs no more reason than that the service starts
      'it stayed up long enough to count as started',
    ]);
    expect(ofService.steps[2]?.sentence).to.equal(
      'pump1-corerl went from starting to running: it stayed up long enough to count as started.',
    );
    const ofAgent = await world.control.queries.agentHistory('pump1', FORWARDS);
    expect(ofAgent.steps.map(({ sentence }) => sentence)).to.deep.equal([
      'Agent pump1 went from stopped to starting: a start was requested.',
      'Agent pump1 went from starting to running: its services are up.',
    ]);
  });

  it('goes back over a restart of the host', async () => {
    world.kill(1_000);
    await world.boot();
    await world.pass(200);
    const states = await statesOf('pump1-coreio');
    expect(states.slice(0, 3)).to.deep.equal([
      'service.state_changed starting 0 -',
      'process.launched starting 1 pid',
      'service.state_changed running 1 pid',
    ]);
    expect(states).to.include('process.adopted running 1 pid');
  });

  it('is paged in both orders, each page with what was the case before it', async () => {
    const all = await world.control.queries.serviceHistory('pump1-coreio', FORWARDS);
    const newest = await world.control.queries.serviceHistory('pump1-coreio', BACKWARDS);
    expect(newest.steps).to.deep.equal([...all.steps].reverse().slice(0, 2));
    expect(newest.initially).to.deep.equal({
      state: 'starting',
      substate: all.steps[0]?.substate,
      generation: 0,
      pid: null,
      place: null,
    });
    const rest = await world.control.queries.serviceHistory('pump1-coreio', { ...BACKWARDS, before: newest.next ?? 0 });
    expect(rest.steps).to.deep.equal(all.steps.slice(0, 1));
    expect(rest.next).to.equal(null);
    const later = await world.control.queries.serviceHistory('pump1-coreio', {
      ...FORWARDS,
      after: all.steps[1]?.seq ?? 0,
    });
    expect(later.steps).to.deep.equal(all.steps.slice(2));
    expect(later.initially).to.include({ state: 'starting', generation: 1, pid: all.steps[1]?.pid });
  });

  it('ends at an instant, with the state that held then, and describes events in words', async () => {
    const { control } = world;
    const { steps } = await control.queries.serviceHistory('pump1-coreio', { after: 0, limit: 100 });
    const [first, second] = steps;
    const until = Date.parse(first?.at ?? '');
    const page = { after: 0, limit: 1, order: 'newest_first', until } as const;
    const then = await control.queries.serviceHistory('pump1-coreio', page);
    expect(then.steps.map(({ at }) => at)).to.deep.equal([first?.at]);
    expect(Date.parse(second?.at ?? '')).to.be.at.least(until);
    const before = await control.queries.serviceHistory('pump1-coreio', { ...page, until: until - 1 });
    expect([before.steps, before.initially.state]).to.deep.equal([[], null]);
    const { events } = await control.queries.history({ after: 0, limit: 1 });
    expect(events[0]?.sentence).to.match(/^The host started/);
  });

  it('shows the states of an agent', async () => {
    const { steps, agent_id: id } = await world.control.queries.agentHistory('pump1', FORWARDS);
    expect(id).to.equal('pump1');
    expect(steps.map(({ from, state }) => `${from ?? '-'} ${state ?? '?'}`)).to.deep.equal([
      'stopped starting',
      'starting running',
    ]);
  });

  it('is there for what was deleted, and not for what never was', async () => {
    const deleted = world.control.deleteAgent('pump1', UNCONDITIONAL, world.origin);
    await world.pass(5_000);
    await deleted;
    expect((await statesOf('pump1-corerl')).at(-1)).to.equal('service.state_changed stopped 1 -');
    const { steps } = await world.control.queries.agentHistory('pump1', FORWARDS);
    expect(steps.at(-1)).to.include({ type: 'agent.deleted', state: 'stopped' });
    expect(await rejection(world.control.queries.serviceHistory('nothing', FORWARDS))).to.be.instanceOf(
      ServiceNotFoundError,
    );
    expect(await rejection(world.control.queries.agentHistory('nobody', FORWARDS))).to.be.instanceOf(
      AgentNotFoundError,
    );
  });
});
