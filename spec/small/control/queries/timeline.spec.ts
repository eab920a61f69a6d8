import { expect } from 'chai';
import type { TimelineView } from '../../../../lib/api/schemas/timeline.ts';
import { UNCONDITIONAL } from '../../../../lib/model/values/precondition.ts';
import { readLanes } from '../../../../lib/control/queries/timeline.ts';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { serviceSpec } from '../../../support/actors/specs.ts';
import { NO_USAGE } from '../../../support/control/no-usage.ts';
import { MemoryTimeline } from '../../../support/store/memory-timeline.ts';
import { MemoryUsageHistory } from '../../../support/store/memory-usage-history.ts';

const MINUTE = 60_000;

/** The states of a lane: when, which. */
function statesIn({ lanes }: TimelineView, id: string): readonly (readonly [at: number, state: string | null])[] {
  const { at, state } = laneIn(lanes, id).states;
  return at.map((one, index) => [one, state[index] ?? null]);
}

function laneIn(lanes: TimelineView['lanes'], id: string): TimelineView['lanes'][number] {
  const lane = lanes.find((one) => one.service_id === id);
  if (lane === undefined) throw new Error(`There is no lane "${id}".`);
  return lane;
}

describe('the timeline of the host', () => {
  let world: ControlWorld;
  let begun: number;

  beforeEach(async () => {
    world = new ControlWorld();
    world.specs.hosts.push(serviceSpec('telemetry'));
    begun = world.clock.now();
    await world.boot();
    await world.pass(5_000);
  });

  function timeline(since = begun - MINUTE, until = world.clock.now(), resolutionMs = 1): Promise<TimelineView> {
    return world.control.queries.timeline({ since, until, serviceIds: [], resolutionMs });
  }

  it('shows the states of each service, the commands and the ends, and nothing before the first event', async () => {
    await world.pass(MINUTE);
    await world.control.restartService('telemetry', world.origin);
    for (let turn = 0; turn < 5; turn += 1) await world.pass(10_000);
    const view = await timeline();
    const states = statesIn(view, 'telemetry').map(([, state]) => state);
    expect(states).to.deep.equal(['starting', 'running', 'starting', 'running']);
    const lane = laneIn(view.lanes, 'telemetry');
    expect([lane.known, lane.initially]).to.deep.equal([true, null]);
    expect(lane.states.at[0]).to.be.at.least(MINUTE);
    expect(lane.marks.kind).to.deep.equal(['other', 'launch', 'command', 'end', 'launch']);
    expect(view.host.marks.kind).to.deep.equal(['host_start']);
    const { events } = await world.control.queries.history({ after: (lane.marks.seq[2] ?? 0) - 1, limit: 1 });
    expect(events[0]?.type).to.equal('service.restart_requested');
  });

  it('begins with the state that an earlier event led to', async () => {
    const since = world.clock.now();
    await world.pass(MINUTE);
    const view = await timeline(since + 1);
    expect(laneIn(view.lanes, 'telemetry').initially).to.equal('running');
    expect(statesIn(view, 'telemetry')).to.deep.equal([]);
  });

  it('has the state of a service whose last change is older than the journal, since when it is in it', async () => {
    const { since } = world.control.queries.service('telemetry');
    world.store.forgetEvents(world.store.journal.length);
    await world.pass(MINUTE);
    const view = await timeline();
    expect(laneIn(view.lanes, 'telemetry').initially).to.equal(null);
    expect(statesIn(view, 'telemetry')).to.deep.equal([[Date.parse(since) - begun + MINUTE, 'running']]);
    expect(view.stored_since).to.equal(null);
    expect(statesIn(await timeline(begun - MINUTE, begun), 'telemetry')).to.deep.equal([]);
  });

  it('has an absence after the death of a host, from its last sign of life on', async () => {
    const history = new MemoryUsageHistory();
    world.usage = { ...NO_USAGE, history };
    const died = world.clock.now();
    const minute = Math.floor(died / MINUTE) * MINUTE;
    const sample = { serviceId: parseServiceId('telemetry'), cpuPercent: 1, residentBytes: 1 };
    await history.add({ at: minute + MINUTE, samples: [sample], keptSince: 0, forgotten: [] });
    world.kill(10 * MINUTE);
    await world.boot();
    const view = await timeline(died);
    expect(view.absences).to.deep.equal([{ from: minute + MINUTE - died, to: 10 * MINUTE, exact: false }]);
    expect(laneIn(view.lanes, 'telemetry').marks.kind).to.include('adoption');
  });

  it('has an exact absence after an orderly end', async () => {
    const closed = world.clock.now();
    await world.control.close('detach');
    world.kill(MINUTE);
    await world.boot();
    const [absence] = (await timeline(closed)).absences;
    expect(absence).to.deep.equal({ from: 0, to: MINUTE, exact: true });
  });

  it('knows nothing of a service after its last event, if the host no longer has it', async () => {
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass(5_000);
    const { services } = world.control.queries.agent('pump1');
    const [id = ''] = services;
    await world.control.deleteAgent('pump1', UNCONDITIONAL, world.origin);
    await world.pass(MINUTE);
    const view = await timeline();
    const lane = laneIn(view.lanes, id);
    expect(lane.known).to.equal(false);
    expect(lane.states.state.slice(-2)).to.deep.equal(['stopped', null]);
    expect(laneIn((await timeline(world.clock.now() - 1)).lanes, 'telemetry').known).to.equal(true);
    expect((await timeline(world.clock.now() - 1)).lanes.map((one) => one.service_id)).to.deep.equal(['telemetry']);
  });

  it('becomes coarser where it would have too many entries, and says so', async () => {
    const journal = Array.from({ length: 700 }, (_, index) => ({
      ...{ seq: index + 1, at: index, type: 'service.state_changed', agentId: null },
      ...{ serviceId: 'telemetry', from: 'backoff', to: index % 2 === 0 ? 'starting' : 'backoff' },
      ...{ cause: 'deadline' as const, correlationId: null, detail: {} },
    }));
    const query = { since: 0, until: 1_000, serviceIds: [], resolutionMs: 1 };
    const { services, resolutionMs } = await readLanes(new MemoryTimeline(() => journal), query, 200);
    expect(resolutionMs).to.equal(4);
    const { states = [] } = services.get('telemetry')?.lane() ?? {};
    expect(states).to.have.length(175);
    expect(states.reduce((sum, { count }) => sum + count, 0)).to.equal(700);
  });

  it('has the health of the host since its start', async () => {
    const { health } = await timeline();
    expect(health).to.deep.equal({ at: [MINUTE], status: ['healthy'] });
  });

  it('has only the services that are asked for', async () => {
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass(5_000);
    const query = { since: begun, until: world.clock.now(), resolutionMs: 1 };
    const view = await world.control.queries.timeline({ ...query, serviceIds: ['telemetry'] });
    expect(view.lanes.map((lane) => lane.service_id)).to.deep.equal(['telemetry']);
    expect(view.host.marks.kind).to.include('command');
  });
});
