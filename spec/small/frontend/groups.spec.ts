import { expect } from 'chai';
import { NO_FILTER } from '../../../lib/frontend/world/filter.ts';
import type { Filter } from '../../../lib/frontend/world/filter.ts';
import { agentsOf, countStandings, groupsOf, reuseGroups } from '../../../lib/frontend/world/groups.ts';
import { EMPTY_WORLD, withEvent, withSnapshot, withViews } from '../../../lib/frontend/world/world.ts';
import { agentOf, eventOf, healthOf, hostOf, instant, serviceOf } from './views.ts';

const world = withSnapshot(EMPTY_WORLD, {
  agents: [
    agentOf('pump1', { services: ['plant-io', 'pump1-corerl'] }),
    agentOf('pump2', { services: ['plant-io', 'pump2-corerl'], state: 'stopped' }),
  ],
  services: [
    serviceOf('telemetry', { kind: 'coretelemetry', agents: [] }),
    serviceOf('plant-io', { kind: 'coreio', agents: ['pump1'] }),
    serviceOf('pump1-corerl', { kind: 'corerl', agents: ['pump1'], state: 'failed' }),
    serviceOf('pump2-corerl', { kind: 'corerl', agents: [], state: 'stopped' }),
  ],
  ...hostOf(),
});

function listed(wanted: Partial<Filter>): readonly string[] {
  return groupsOf(world, { ...NO_FILTER, ...wanted }).map((group) => {
    const name = group.type === 'agent' ? group.id : group.type;
    return `${name}: ${group.services.map(({ id }) => id).join(' ')}`.trim();
  });
}

describe('the list of the dashboard', () => {
  it('has agents with their own services, even if they hold none now, then shared services, then those of the host', () => {
    const all = ['pump1: pump1-corerl', 'pump2: pump2-corerl', 'shared: plant-io', 'host: telemetry'];

    expect(listed({})).to.deep.equal(all);
  });

  it('is searched by parts of ids and kinds, ignoring case', () => {
    expect(listed({ text: 'CORERL' })).to.deep.equal(['pump1: pump1-corerl', 'pump2: pump2-corerl']);
    expect(listed({ text: 'telem' })).to.deep.equal(['host: telemetry']);
    expect(listed({ text: 'nobody' })).to.deep.equal([]);
  });

  it('finds an agent by its name', () => {
    expect(listed({ text: 'pump2' })).to.deep.equal(['pump2: pump2-corerl']);
  });

  it('has what is running and not ready apart, in counts, filters and at its agents', () => {
    const io = serviceOf('plant-io', { kind: 'coreio', substate: 'unready', ready: false });
    const now = withViews(world, { agents: new Map(), services: new Map([['plant-io', io]]), health: healthOf() });
    expect(countStandings(now.services.values())).to.include({ running: 1, unready: 1 });
    const ids = (standings: Filter['standings']): readonly string[] =>
      groupsOf(now, { text: '', standings }).flatMap(({ services }) => services.map(({ id }) => id));
    expect(ids(['unready'])).to.deep.equal(['plant-io']);
    expect(ids(['running'])).to.deep.equal(['telemetry']);
    expect(ids(['unready', 'failed'])).to.deep.equal(['pump1-corerl', 'plant-io']);
    const before = groupsOf(world, NO_FILTER);
    const after = reuseGroups(before, groupsOf(now, NO_FILTER));
    expect(after.map((group) => (group.type === 'agent' ? group.standing : null))).to.deep.equal([
      ...['unready', 'stopped', null, null],
    ]);
  });

  it('has what is in doubt apart, whatever its state was: it is not counted as running', () => {
    const doubt = { since: instant(2), reason: 'node n2 is not ready' };
    const io = serviceOf('plant-io', { kind: 'coreio', doubt });
    const now = withViews(world, { agents: new Map(), services: new Map([['plant-io', io]]), health: healthOf() });
    expect(countStandings(now.services.values())).to.include({ running: 1, doubt: 1 });
    const shown = groupsOf(now, { text: '', standings: ['doubt'] });
    expect(shown.flatMap(({ services }) => services.map(({ id }) => id))).to.deep.equal(['plant-io']);
    expect(groupsOf(now, NO_FILTER).map((group) => (group.type === 'agent' ? group.standing : null))).to.deep.equal([
      ...['doubt', 'stopped', null, null],
    ]);
  });

  it('can be filtered by state', () => {
    expect(listed({ standings: ['failed'] })).to.deep.equal(['pump1: pump1-corerl']);
    expect(listed({ standings: ['running'], text: 'plant' })).to.deep.equal(['shared: plant-io']);
  });

  it('knows the agents of a service, also those that are stopped and hold nothing', () => {
    const agents = (id: string): readonly string[] => agentsOf(world.services.get(id) ?? serviceOf(id), world.agents);
    expect([agents('plant-io'), agents('pump2-corerl'), agents('telemetry')]).to.deep.equal([
      ['pump1', 'pump2'],
      ['pump2'],
      [],
    ]);
  });

  it('counts services by state', () => {
    expect(countStandings(world.services.values())).to.deep.equal({
      ...{ failed: 1, doubt: 0, backoff: 0, unready: 0, starting: 0, stopping: 0, running: 2, stopped: 1 },
    });
  });

  it('keeps unchanged groups, so that they are not rendered again', () => {
    const all = NO_FILTER;
    const before = groupsOf(world, all);
    const after = withEvent(world, eventOf({ to: 'backoff', at: instant(9), service_id: 'pump1-corerl' }));
    const kept = reuseGroups(before, groupsOf(after, all));

    expect(kept.map((group, index) => group === before[index])).to.deep.equal([false, true, true, true]);
    expect(reuseGroups(before, groupsOf(world, { ...all, text: 'pump1' }))[0]).to.equal(before[0]);
  });
});
