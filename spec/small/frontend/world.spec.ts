import { expect } from 'chai';
import type { AgentView } from '../../../lib/api/schemas/agent.ts';
import type { EventView } from '../../../lib/api/schemas/event.ts';
import type { ServiceView } from '../../../lib/api/schemas/service.ts';
import { EMPTY_WORLD, withEvent, withSnapshot, withViews } from '../../../lib/frontend/world/world.ts';
import type { World } from '../../../lib/frontend/world/world.ts';
import { agentOf, eventOf, healthOf, hostOf, instant, serviceOf } from './views.ts';

function worldOf(agents: readonly AgentView[], services: readonly ServiceView[]): World {
  return withSnapshot(EMPTY_WORLD, { agents, services, ...hostOf() });
}

describe('the world of the dashboard', () => {
  const died = eventOf({
    from: 'running',
    to: 'backoff',
    at: instant(5),
    detail: { substate: 'waiting', reason: 'exit code 1' },
  });

  it('takes the state, its reason and its start from an event', () => {
    const world = withEvent(worldOf([], [serviceOf('pump1-corerl', { since: instant(1) })]), died);

    expect(world.services.get('pump1-corerl')).to.include({
      ...{ state: 'backoff', substate: 'waiting', reason: 'exit code 1', since: instant(5) },
    });
  });

  it('leaves a view alone that is newer than an event', () => {
    const before = worldOf([], [serviceOf('pump1-corerl', { state: 'running', since: instant(9) })]);

    expect(withEvent(before, died)).to.equal(before);
  });

  it('leaves a view alone that already has the state of the event', () => {
    const view = serviceOf('pump1-corerl', {
      state: 'backoff',
      since: instant(5),
      next: { what: 'start', at: instant(6) },
    });
    const before = worldOf([], [view]);

    expect(withEvent(before, died)).to.equal(before);
  });

  it('takes the state of an agent from its event', () => {
    const event: EventView = {
      ...eventOf({ type: 'agent.state_changed', to: 'failed', at: instant(5) }),
      agent_id: 'pump1',
    };
    const world = withEvent(worldOf([agentOf('pump1', { since: instant(1) })], []), event);

    expect(world.agents.get('pump1')).to.include({ state: 'failed', since: instant(5) });
  });

  it('is not changed by events about unknown actors, or about anything but states', () => {
    const world = worldOf([], [serviceOf('pump1-corerl')]);

    expect(withEvent(world, { ...died, service_id: 'pump2-corerl' })).to.equal(world);
    expect(withEvent(world, { ...died, type: 'process.exited' })).to.equal(world);
  });

  it('knows from an event alone whether a service is ready', () => {
    const before = worldOf([], [serviceOf('pump1-corerl', { since: instant(0) })]);
    const fell = withEvent(
      before,
      eventOf({ from: 'running', to: 'backoff', at: instant(2), detail: { substate: 'waiting' } }),
    );
    const back = withEvent(
      fell,
      eventOf({ from: 'backoff', to: 'running', at: instant(3), detail: { substate: 'unready' } }),
    );
    expect([before, fell, back].map(({ services }) => services.get('pump1-corerl')?.ready)).to.deep.equal([
      true,
      null,
      false,
    ]);
  });

  it('keeps unchanged views after a new reading, so that they are not rendered again', () => {
    const before = worldOf([agentOf('pump1')], [serviceOf('pump1-coreio'), serviceOf('pump1-corerl')]);
    const after = withSnapshot(before, {
      ...{ agents: [agentOf('pump1')], ...hostOf() },
      services: [serviceOf('pump1-coreio'), serviceOf('pump1-corerl', { pid: 99 })],
    });

    expect(after.agents.get('pump1')).to.equal(before.agents.get('pump1'));
    expect(after.services.get('pump1-coreio')).to.equal(before.services.get('pump1-coreio'));
    expect(after.services.get('pump1-corerl')).to.include({ pid: 99 });
  });

  it('removes what is no longer in a snapshot, and what no longer exists', () => {
    const before = worldOf([agentOf('pump1'), agentOf('pump2')], [serviceOf('pump1-coreio')]);
    const without = withSnapshot(before, { agents: [agentOf('pump2')], services: [], ...hostOf() });
    const gone = withViews(before, {
      agents: new Map(),
      services: new Map([['pump1-coreio', null]]),
      health: healthOf(),
    });

    expect([[...without.agents.keys()], without.services.size]).to.deep.equal([['pump2'], 0]);
    expect([[...gone.agents.keys()], gone.services.size]).to.deep.equal([['pump1', 'pump2'], 0]);
  });

  it('stays the same object when what was read again is the same, so that nothing is rendered', () => {
    const before = worldOf([], [serviceOf('a')]);
    const views = { agents: new Map(), services: new Map([['a', serviceOf('a')]]), health: healthOf() };

    expect(withViews(before, { ...views, services: new Map() })).to.equal(before);
    expect(withViews(before, views).services.get('a')).to.equal(before.services.get('a'));
    const degraded = withViews(before, { ...views, health: { ...healthOf(), status: 'degraded', reasons: ['Full.'] } });
    expect(degraded.health?.reasons).to.deep.equal(['Full.']);
  });

  it('replaces a view that was read again, in the same order', () => {
    const before = worldOf([], [serviceOf('a'), serviceOf('b')]);
    const after = withViews(before, {
      agents: new Map(),
      services: new Map([['a', serviceOf('a', { pid: 7 })]]),
      health: healthOf(),
    });

    expect([...after.services.keys()]).to.deep.equal(['a', 'b']);
    expect(after.services.get('a')?.pid).to.equal(7);
    expect(after.agents).to.equal(before.agents);
  });
});
