import { expect } from 'chai';
import { absencesOf, LaneBuilder, type HostLimit, type TimelineEvent } from '../../../lib/model/timeline.ts';

const DAY = 24 * 60 * 60 * 1000;
const BEGIN = 20_000 * DAY;

function event(at: number, type: string, more: Partial<TimelineEvent> = {}): TimelineEvent {
  return {
    ...{ seq: at, at: BEGIN + at, type, agentId: null, serviceId: 'a', from: null, to: null },
    ...{ isCommand: false, substate: null, exitClass: null, repeated: 0, ...more },
  };
}

function change(at: number, to: string, more: Partial<TimelineEvent> = {}): TimelineEvent {
  return event(at, 'service.state_changed', { to, ...more });
}

function laneOf(events: readonly TimelineEvent[], resolutionMs = 1): ReturnType<LaneBuilder['lane']> {
  const lane = new LaneBuilder();
  for (const one of events) lane.add(one, resolutionMs);
  return lane.lane();
}

function statesOf(events: readonly TimelineEvent[], resolutionMs = 1): readonly (readonly unknown[])[] {
  return laneOf(events, resolutionMs).states.map(({ at, state, worst, count }) => [at - BEGIN, state, worst, count]);
}

function marksOf(events: readonly TimelineEvent[], resolutionMs = 1): readonly (readonly unknown[])[] {
  return laneOf(events, resolutionMs).marks.map(({ at, kind, seq, count }) => [at - BEGIN, kind, seq, count]);
}

describe('a lane of a timeline', () => {
  it('has each change of state, and running without being ready as a state of its own', () => {
    const ready = { from: 'unready', to: 'ready' };
    const states = statesOf([
      change(10, 'starting', { substate: 'launching' }),
      change(20, 'running', { substate: 'unready' }),
      event(30, 'service.readiness_changed', ready),
      event(40, 'service.readiness_changed', { from: 'ready', to: 'unready' }),
      change(50, 'backoff'),
    ]);
    expect(states).to.deep.equal([
      [10, 'starting', 'starting', 1],
      [20, 'unready', 'unready', 1],
      [30, 'running', 'running', 1],
      [40, 'unready', 'unready', 1],
      [50, 'backoff', 'backoff', 1],
    ]);
  });

  it('has a mark for each other event, by what it means to people', () => {
    const marks = marksOf([
      event(1, 'service.start_requested', { isCommand: true }),
      event(2, 'process.launched'),
      event(3, 'process.exited', { exitClass: 'signal' }),
      event(4, 'process.exited', { exitClass: 'stopped' }),
      event(5, 'config.reloaded', { isCommand: true }),
      event(6, 'service.fell_back'),
      event(7, 'host.started'),
      event(8, 'host.health_changed'),
      event(9, 'agent.state_changed'),
    ]);
    expect(marks.map(([, kind]) => kind)).to.deep.equal([
      ...['command', 'launch', 'crash', 'end', 'reload', 'other', 'host_start'],
    ]);
  });

  it('has one entry for the changes of a period: the last state, the most urgent one, and how many', () => {
    const events = [change(100, 'backoff'), change(101, 'starting'), change(109, 'running'), change(110, 'stopped')];
    expect(statesOf(events, 10)).to.deep.equal([
      [100, 'running', 'backoff', 3],
      [110, 'stopped', 'stopped', 1],
    ]);
  });

  it('has one mark for the events of one kind in a period, and never one for two kinds', () => {
    const crash = { exitClass: 'code' };
    const events = [
      event(100, 'process.exited', crash),
      event(101, 'process.launched'),
      event(102, 'process.exited', crash),
      event(110, 'process.exited', crash),
    ];
    expect(marksOf(events, 10)).to.deep.equal([
      [100, 'crash', 100, 2],
      [101, 'launch', 101, 1],
      [110, 'crash', 110, 1],
    ]);
  });

  it('can be made coarser later, with the same result', () => {
    const events = Array.from({ length: 60 }, (_, index) => [
      change(index * 7, ['backoff', 'starting', 'running'][index % 3] ?? ''),
      event(index * 7, 'process.exited', { exitClass: 'code' }),
    ]).flat();
    const lane = new LaneBuilder();
    for (const one of events) lane.add(one, 10);
    lane.condense(40);
    expect(lane.lane()).to.deep.equal(laneOf(events, 40));
  });

  it('counts events that are no longer stored, and says in which time they were', () => {
    const crash = { exitClass: 'code' };
    const lane = laneOf([
      event(10, 'process.exited', crash),
      event(50, 'process.exited', { ...crash, repeated: 7 }),
      change(60, 'backoff', { repeated: 9 }),
      event(DAY + 5, 'process.exited', { ...crash, repeated: 2 }),
    ]);
    expect(lane.marks.map(({ count }) => count)).to.deep.equal([1, 8, 3]);
    // The first of a kind may be the one before it on that day, or none that is known.
    expect(lane.condensed.map(({ from, to, count }) => [from - BEGIN, to - BEGIN, count])).to.deep.equal([
      [0, 60, 16],
      [DAY, DAY + 5, 2],
    ]);
  });
});

describe('the absences of a host', () => {
  const limit = (at: number, type: HostLimit['type'], aliveUntil: number | null = null): HostLimit => ({
    ...{ at, type, aliveUntil },
  });

  it('are exact after an orderly end', () => {
    const limits = [limit(1, 'started'), limit(5, 'ended'), limit(9, 'started', 5)];
    expect(absencesOf(limits)).to.deep.equal([{ from: 5, to: 9, isExact: true }]);
  });

  it('begin after a kill when the host was last known to be alive', () => {
    const limits = [limit(1, 'started'), limit(9, 'started', 7), limit(20, 'started', 12)];
    expect(absencesOf(limits)).to.deep.equal([
      { from: 7, to: 9, isExact: false },
      { from: 12, to: 20, isExact: false },
    ]);
  });

  it('are none before the first host, and end with the next start', () => {
    expect(absencesOf([limit(5, 'started'), limit(9, 'ended')])).to.deep.equal([]);
  });
});
