import { expect } from 'chai';
import { actionOf, type KeyActions } from '../../../lib/dashboard/timeline/chart/keys.ts';

const NO_MODIFIER = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

describe('the keys of a timeline', () => {
  let done: unknown[];
  const actions: KeyActions = {
    ...{ view: { from: 1_000_000, to: 2_000_000 }, at: 1_500_000, oldest: 400_000 },
    onShow: (view) => done.push(view),
    onFollow: (span) => done.push(['follow', span]),
    onMark: (by) => done.push(['mark', by]),
    onLane: (by) => done.push(['lane', by]),
    onExtend: (by) => done.push(['extend', by]),
    onEscape: () => done.push('escape'),
  };

  function press(key: string, modifier: Partial<typeof NO_MODIFIER> = {}): unknown {
    done = [];
    actionOf({ key, ...NO_MODIFIER, ...modifier }, actions)?.();
    return done[0] ?? null;
  }

  it('move by a tenth, zoom around the moment, and go to the oldest and to now', () => {
    expect(press('ArrowLeft')).to.deep.equal({ from: 900_000, to: 1_900_000 });
    expect(press('ArrowRight')).to.deep.equal({ from: 1_100_000, to: 2_100_000 });
    expect(press('-')).to.deep.equal({ from: 750_000, to: 2_250_000 });
    expect(press('+')).to.deep.equal({ from: 1_166_667, to: 1_833_334 });
    expect(press('=')).to.deep.equal(press('+'));
    expect(press('Home')).to.deep.equal({ from: 400_000, to: 1_400_000 });
    expect(press('End')).to.deep.equal(['follow', 1_000_000]);
  });

  it('choose lanes and events, and select a range', () => {
    expect([press('ArrowUp'), press('ArrowDown')]).to.deep.equal([
      ['lane', -1],
      ['lane', 1],
    ]);
    expect([press(','), press('.')]).to.deep.equal([
      ['mark', -1],
      ['mark', 1],
    ]);
    expect(press('ArrowLeft', { shiftKey: true })).to.deep.equal(['extend', -50_000]);
    expect(press('ArrowRight', { shiftKey: true })).to.deep.equal(['extend', 50_000]);
    expect(press('Escape')).to.equal('escape');
  });

  it('leave the keys of the browser alone', () => {
    expect(press('+', { ctrlKey: true })).to.equal(null);
    expect(press('ArrowLeft', { altKey: true })).to.equal(null);
    expect(press('End', { metaKey: true })).to.equal(null);
    expect(press('a')).to.equal(null);
  });
});
