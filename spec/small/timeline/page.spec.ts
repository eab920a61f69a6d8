import { expect } from 'chai';
import type { TimelineView } from '../../../lib/api/schemas/timeline.ts';
import { formatTimelineAddress, parseTimelineAddress } from '../../../lib/dashboard/timeline/model/address.ts';
import { indexAt, lanesOf, markNear, nextMark, stateAt } from '../../../lib/frontend/timeline/lanes.ts';
import type { Lane, Lanes } from '../../../lib/frontend/timeline/lanes.ts';
import { covers, extentOf, lastPeriod, moved, zoomed } from '../../../lib/frontend/timeline/period.ts';
import { momentWords } from '../../../lib/dashboard/timeline/model/words.ts';

const HOUR = 3_600_000;
const BEGIN = Date.parse('2026-01-02T00:00:00.000Z');
const NONE = { states: { at: [], state: [], worst: [], count: [] }, marks: { at: [], kind: [], seq: [], count: [] } };

function view(more: Partial<TimelineView> = {}): TimelineView {
  return {
    ...{ since: '2026-01-02T00:00:00.000Z', until: '2026-01-02T03:00:00.000Z', now: '2026-01-02T02:00:00.000Z' },
    ...{ stored_since: '2026-01-01T00:00:00.000Z', resolution_ms: 1_000, absences: [] },
    health: { at: [0], status: ['healthy'] },
    host: { ...NONE, condensed: [] },
    lanes: [
      {
        ...{ service_id: 'a', known: true, initially: 'stopped', condensed: [{ from: 0, to: 500, count: 7 }] },
        states: { at: [1_000, 9_000], state: ['starting', null], worst: ['failed', null], count: [3, 0] },
        marks: { at: [1_000, 1_200, 9_000], kind: ['launch', 'crash', 'command'], seq: [4, 5, 6], count: [1, 2, 1] },
      },
    ],
    ...more,
  };
}

function laneIn(lanes: Lanes): Lane {
  const lane = lanes.services.get('a');
  if (lane === undefined) throw new Error('There is no lane.');
  return lane;
}

describe('the address of a timeline', () => {
  it('has nothing for what fits, and the same again for everything else', () => {
    const nothing = { view: null, range: null, at: null, event: null, service: null };
    expect(formatTimelineAddress('#/timeline', nothing)).to.equal('#/timeline');
    expect(parseTimelineAddress('#/timeline')).to.deep.equal(nothing);
    const range = { from: BEGIN, to: BEGIN + HOUR };
    for (const address of [
      { ...nothing, view: HOUR },
      { ...nothing, view: 24 * HOUR },
      { ...nothing, view: range },
      { ...nothing, range },
      { ...nothing, at: BEGIN + 1, event: 42, service: 'pump 1/ä' },
    ]) {
      const hash = formatTimelineAddress('#/services/a/history', address);
      expect(hash.startsWith('#/services/a/history?')).to.equal(true);
      expect(parseTimelineAddress(hash)).to.deep.equal(address);
    }
  });

  it('ignores what is wrong', () => {
    const wrong = '#/timeline?since=x&until=2026-01-02T00:00:00Z&last=-3&from=1&to=&at=never&event=7';
    expect(parseTimelineAddress(wrong)).to.deep.equal(parseTimelineAddress('#/timeline'));
  });
});

describe('the period of a timeline', () => {
  const period = { from: 1_000_000, to: 2_000_000 };

  it('keeps the point around which it becomes shorter or longer, between a second and 60 days', () => {
    expect(zoomed(period, 1_250_000, 0.5)).to.deep.equal({ from: 1_125_000, to: 1_625_000 });
    expect(zoomed(period, 1_000_000, 2)).to.deep.equal({ from: 1_000_000, to: 3_000_000 });
    const { from, to } = zoomed(period, 1_500_000, 1e-9);
    expect(to - from).to.equal(1_000);
    const long = zoomed(period, 1_500_000, 1e9);
    expect(long.to - long.from).to.equal(60 * 24 * HOUR);
  });

  it('is moved, and ends now', () => {
    expect(moved(period, -500.4)).to.deep.equal({ from: 999_500, to: 1_999_500 });
    expect(lastPeriod(10, 50)).to.deep.equal({ from: 40, to: 50 });
  });

  it('is read with room on both sides, but not of the future', () => {
    expect(extentOf(period, 9e9)).to.deep.equal({ from: 0, to: 3_000_000 });
    expect(extentOf(period, 2_000_000)).to.deep.equal({ from: 0, to: 2_060_000 });
    expect(covers({ from: 0, to: 2_000_000 }, period, 2_000_000)).to.equal(true);
    expect(covers({ from: 0, to: 1_500_000 }, period, 1_400_000)).to.equal(true);
    expect(covers({ from: 0, to: 1_500_000 }, period, 1_600_000)).to.equal(false);
    expect(covers({ from: 1_000_001, to: 3e9 }, period, 9e9)).to.equal(false);
  });
});

describe('the lanes of a timeline', () => {
  it('have the states by time, from the one at the beginning on, and nothing after the present', () => {
    const lanes = lanesOf(view());
    expect([lanes.extent, lanes.reachesNow]).to.deep.equal([{ from: BEGIN, to: BEGIN + 2 * HOUR }, true]);
    const lane = laneIn(lanes);
    const states = [0, 500, 1_000, 8_999, 9_000, 2 * HOUR + 1].map((at) => stateAt(lanes, lane, BEGIN + at));
    // Not all of the first half of a second is stored.
    expect(states).to.deep.equal([null, null, 'starting', 'starting', null, null]);
    expect(lane.states.at(-2)).to.deep.equal({ at: BEGIN + 1_000, state: 'starting', worst: 'failed', count: 3 });
  });

  it('have no state where no host was running', () => {
    const lanes = lanesOf(view({ absences: [{ from: 2_000, to: 3_000, exact: false }] }));
    const states = [1_999, 2_000, 2_999, 3_000].map((at) => stateAt(lanes, laneIn(lanes), BEGIN + at));
    expect(states).to.deep.equal(['starting', null, null, 'starting']);
  });

  it('find the most important mark near a place, and of equal ones the nearest', () => {
    const lane = laneIn(lanesOf(view()));
    expect(markNear(lane, BEGIN + 1_000, 300)?.kind).to.equal('crash');
    expect(markNear(lane, BEGIN + 1_000, 100)?.kind).to.equal('launch');
    expect(markNear(lane, BEGIN + 5_000, 300)).to.equal(null);
    const twice = { ...lane, marks: lane.marks.map((mark) => ({ ...mark, kind: 'crash' as const })) };
    expect(markNear(twice, BEGIN + 1_150, 300)?.seq).to.equal(5);
  });

  it('lead from mark to mark', () => {
    const lane = laneIn(lanesOf(view()));
    expect(nextMark(lane, BEGIN + 1_000, 1)?.seq).to.equal(5);
    expect(nextMark(lane, BEGIN + 1_200, -1)?.seq).to.equal(4);
    expect(nextMark(lane, BEGIN + 1_000, -1)).to.equal(null);
    expect(nextMark(lane, BEGIN + 9_000, 1)).to.equal(null);
  });

  it('say in words what is known of a moment', () => {
    const lanes = lanesOf(view({ absences: [{ from: 2_000, to: 3_000, exact: true }] }));
    const lane = laneIn(lanes);
    const words = (at: number): string => momentWords(lanes, lane, BEGIN + at, null).split(': ')[1] ?? '';
    expect(words(100)).to.equal('state unknown; 7 events of this time are no longer stored');
    expect(words(1_500)).to.equal('starting');
    expect(words(2_500)).to.include('no host was running');
    expect(words(9_500)).to.equal('state unknown');
    expect(words(3 * HOUR)).to.equal('still to come');
    expect(words(-48 * HOUR)).to.equal('older than what the host has stored');
    const crash = lane.marks[1] ?? null;
    expect(momentWords(lanes, lane, BEGIN + 1_200, crash)).to.include('crash ×2; starting');
    expect(momentWords(lanes, lanes.host, BEGIN + 1, null))
      .to.include('Host, ')
      .and.include('host healthy');
  });

  it('are searched by halves', () => {
    const items = Array.from({ length: 100 }, (_, index) => ({ at: index * 2 }));
    for (const at of [-1, 0, 1, 99, 198, 500]) {
      expect(indexAt(items, at)).to.equal(items.findLastIndex((item) => item.at <= at));
    }
  });
});
