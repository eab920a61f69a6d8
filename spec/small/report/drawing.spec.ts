import { expect } from 'chai';
import { lanesOf } from '../../../lib/frontend/timeline/lanes.ts';
import { placeOf, ticksOf } from '../../../lib/report/drawing/axis.ts';
import { highestOf, lineOf } from '../../../lib/report/drawing/chart.ts';
import { barsOf, countOf, drawnLane, sharesOf, shownMarks } from '../../../lib/report/drawing/lane.ts';
import { FROM, HOUR, RANGE, timelineOf } from './content.ts';

const lanes = lanesOf(timelineOf());
const pump = lanes.services.get('pump1-corerl');
if (pump === undefined) throw new Error('The timeline has this lane.');

describe('the drawings of a report', () => {
  it('put an instant where it is in the range, and what is outside at its edge', () => {
    expect([0, 6, 24, -5, 30].map((hours) => placeOf(RANGE, FROM + hours * HOUR))).to.deep.equal([0, 25, 100, 0, 100]);
    expect(placeOf({ from: 1, to: 1 }, 1)).to.equal(0);
  });

  it('have at most seven round times on the axis of any range', () => {
    for (const hours of [0.01, 0.25, 1, 8, 24, 24 * 7, 24 * 30, 24 * 60]) {
      const ticks = ticksOf({ from: FROM + 1, to: FROM + hours * HOUR });
      expect(ticks.length, `${hours} h`).to.be.within(1, 7);
      for (const { label } of ticks) expect(label).to.match(/^(\d\d:\d\d(:\d\d)?|\d\d-\d\d)$/);
    }
  });

  it('cut the bars of a lane where no host was running, and where not all events are stored', () => {
    const hours = barsOf(lanes, pump, RANGE).map(({ from, to, state }) => [
      (from - FROM) / HOUR,
      (to - FROM) / HOUR,
      state,
    ]);
    expect(hours).to.deep.equal([
      [0, 6, 'running'],
      [6, 7, 'backoff'],
      [7, 12, 'running'],
      [12, 13, null],
      [13, 17, 'running'],
      [17, 18, null],
      [18, 18.1, 'backoff'],
      [18.1, 24, 'unready'],
    ]);
  });

  it('say in words what a lane shows', () => {
    const bars = barsOf(lanes, pump, RANGE);
    expect(sharesOf(bars, RANGE)).to.equal(
      'backoff 5\u00a0%, not ready 25\u00a0%, running 63\u00a0%, unknown 8\u00a0%',
    );
    expect(countOf(pump, 'crash')).to.equal(3);
    const drawn = drawnLane(lanes, pump, RANGE).text;
    expect(drawn).to.match(/aria-label="pump1-corerl: backoff 5\u00a0%.*; 3 crashes"/);
    expect(drawn).to.include('crash ×2').and.include('>running</text').and.include('url(#bar-backoff)');
  });

  it('draw the most important of marks at one place', () => {
    const marks = [
      { at: FROM + HOUR, kind: 'launch', seq: 1, count: 1 },
      { at: FROM + HOUR + 1_000, kind: 'crash', seq: 2, count: 1 },
      { at: FROM + HOUR + 2_000, kind: 'end', seq: 3, count: 1 },
      { at: FROM + 5 * HOUR, kind: 'command', seq: 4, count: 1 },
    ] as const;
    expect(shownMarks(marks, RANGE).map(({ seq }) => seq)).to.deep.equal([2, 4]);
  });

  it('draw the highest reading of each part, and a gap where there is none', () => {
    const minute = 60_000;
    const readings = [0, 1, 2, 60, 61].map((minutes) => ({
      at: FROM + minutes * minute,
      value: minutes === 1 ? 10 : 5,
    }));
    const period = { from: FROM, to: FROM + 100 * minute };
    expect(lineOf(readings, period, 10)).to.equal('M0 20h1L10 0L20 20M600 20h1L610 20');
    expect(highestOf(readings, { from: FROM, to: FROM + 24 * HOUR }).map(({ value }) => value)).to.deep.equal([10, 5]);
  });
});
