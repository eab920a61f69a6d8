import { expect } from 'chai';
import { clickMove, isCharacter, keyMove, typedMove } from '../../../lib/dashboard/list/moves.ts';
import {
  allSelected,
  hiddenOf,
  selectedBy,
  NOTHING_SELECTED,
  targetsOf,
  toggled,
} from '../../../lib/dashboard/list/selection.ts';
import { EMPTY_WORLD } from '../../../lib/frontend/world/world.ts';
import { routeOf, rowsOf } from '../../../lib/dashboard/list/rows.ts';
import type { Group } from '../../../lib/frontend/world/groups.ts';
import { agentOf, serviceOf } from '../frontend/views.ts';

const groups: readonly Group[] = [
  {
    key: 'agent:pump1',
    type: 'agent',
    id: 'pump1',
    agent: agentOf('pump1'),
    standing: 'running',
    services: [serviceOf('pump1-coreio'), serviceOf('pump1-corerl', { state: 'failed' })],
  },
  { key: 'host', type: 'host', services: [serviceOf('telemetry')] },
];
const all = rowsOf(groups, new Set());
const PAGE = 2;

/** What a key makes of the list when that row is active. */
function pressed(key: string, activeId: string | null, rows = all): string | null {
  const active = rows.findIndex(({ id }) => id === activeId);
  const move = keyMove(key, rows, active, PAGE);
  return move === null ? null : `${move.type} ${move.id}`;
}

describe('the rows of the dashboard’s list', () => {
  it('are the groups with their services below them, each with its position among its siblings', () => {
    expect(all.map(({ id, level, position, siblings }) => `${id} ${level} ${position}/${siblings}`)).to.deep.equal([
      'agent:pump1 1 1/2',
      'service:pump1-coreio 2 1/2',
      'service:pump1-corerl 2 2/2',
      'host 1 2/2',
      'service:telemetry 2 1/1',
    ]);
    expect(all[0]).to.include({ name: 'pump1', state: 'running', isOpen: true });
    expect(all[2]).to.include({ name: 'pump1-corerl', state: 'failed', isOpen: null });
    expect(all[3]).to.include({ name: 'Host services', state: null, isOpen: true });
  });

  it('omit the content of closed groups', () => {
    const rows = rowsOf(groups, new Set(['agent:pump1']));

    expect(rows.map(({ id }) => id)).to.deep.equal(['agent:pump1', 'host', 'service:telemetry']);
    expect(rows[0]?.isOpen).to.equal(false);
  });

  it('lead to a detail view, except for groups that are not agents', () => {
    expect(routeOf('agent:pump1')).to.deep.equal({ type: 'agent', id: 'pump1' });
    expect(routeOf('service:pump1-corerl')).to.deep.equal({ type: 'service', id: 'pump1-corerl', tab: 'overview' });
    expect(routeOf('host')).to.equal(null);
  });
});

describe('the keys of the dashboard’s list', () => {
  it('move up and down, by pages and to the ends, and no further', () => {
    expect(pressed('ArrowDown', 'agent:pump1')).to.equal('go service:pump1-coreio');
    expect(pressed('ArrowDown', 'service:telemetry')).to.equal('go service:telemetry');
    expect(pressed('ArrowUp', 'host')).to.equal('go service:pump1-corerl');
    expect(pressed('ArrowUp', 'agent:pump1')).to.equal('go agent:pump1');
    expect(pressed('PageDown', 'agent:pump1')).to.equal('go service:pump1-corerl');
    expect(pressed('PageUp', 'host')).to.equal('go service:pump1-coreio');
    expect(pressed('End', 'agent:pump1')).to.equal('go service:telemetry');
    expect(pressed('Home', 'service:telemetry')).to.equal('go agent:pump1');
  });

  it('start at an end if no row is active, or the active one is no longer listed', () => {
    expect(pressed('ArrowDown', null)).to.equal('go agent:pump1');
    expect(pressed('ArrowUp', 'service:gone')).to.equal('go service:telemetry');
    expect(pressed('ArrowRight', null)).to.equal(null);
    expect(pressed('Enter', null)).to.equal(null);
  });

  it('open a group and go into it, go out of it and close it', () => {
    const closed = rowsOf(groups, new Set(['agent:pump1']));

    expect(pressed('ArrowRight', 'agent:pump1', closed)).to.equal('toggle agent:pump1');
    expect(pressed('ArrowRight', 'agent:pump1')).to.equal('go service:pump1-coreio');
    expect(pressed('ArrowRight', 'service:pump1-coreio')).to.equal(null);
    expect(pressed('ArrowLeft', 'service:pump1-corerl')).to.equal('go agent:pump1');
    expect(pressed('ArrowLeft', 'agent:pump1')).to.equal('toggle agent:pump1');
    expect(pressed('ArrowLeft', 'agent:pump1', closed)).to.equal(null);
    expect(pressed('Enter', 'host')).to.equal('toggle host');
    expect(pressed('Enter', 'service:telemetry')).to.equal(null);
  });

  it('select the active row with space', () => {
    expect(pressed(' ', 'service:telemetry')).to.equal('select service:telemetry');
    expect(pressed(' ', 'host')).to.equal('select host');
    expect(pressed(' ', null)).to.equal(null);
  });

  it('do nothing in an empty list, and other keys do nothing', () => {
    for (const key of ['ArrowDown', 'ArrowUp', 'Home', 'End', 'PageDown', 'ArrowRight', 'Enter'])
      expect(pressed(key, null, []), key).to.equal(null);
    expect(pressed('Tab', 'host')).to.equal(null);
  });

  it('find rows by the typed prefix: the next one for a single letter, else from the active one', () => {
    const found = (typed: string, activeId: string): string | undefined =>
      typedMove(
        typed,
        all,
        all.findIndex(({ id }) => id === activeId),
      )?.id;

    expect(found('p', 'agent:pump1')).to.equal('service:pump1-coreio');
    expect(found('PUMP1-CORER', 'service:pump1-coreio')).to.equal('service:pump1-corerl');
    expect(found('p', 'service:telemetry')).to.equal('agent:pump1');
    expect(found('te', 'service:telemetry')).to.equal('service:telemetry');
    expect(found('x', 'host')).to.equal(undefined);
    expect(['a', '1', '-', 'ü', ' ', '/', '?', 'Tab', 'F5'].filter(isCharacter)).to.deep.equal(['a', '1', '-', 'ü']);
  });

  it('complement clicks, which select a row, or open or close a group at its chevron or if it has no detail view', () => {
    expect(clickMove('agent:pump1', 'row')).to.deep.equal({ type: 'go', id: 'agent:pump1' });
    expect(clickMove('agent:pump1', 'chevron')).to.deep.equal({ type: 'toggle', id: 'agent:pump1' });
    expect(clickMove('agent:pump1', 'check')).to.deep.equal({ type: 'select', id: 'agent:pump1' });
    expect(clickMove('host', 'row')).to.deep.equal({ type: 'toggle', id: 'host' });
  });
});

describe('the selection of the dashboard’s list', () => {
  it('gets and loses rows; a group that is no agent selection its services', () => {
    const one = toggled(NOTHING_SELECTED, selectedBy('agent:pump1', groups));
    const both = toggled(one, selectedBy('host', groups));
    expect([...both]).to.deep.equal(['agent:pump1', 'service:telemetry']);
    expect([...toggled(both, selectedBy('host', groups))]).to.deep.equal(['agent:pump1']);
    expect([...allSelected(groups)]).to.deep.equal([
      'service:pump1-coreio',
      'service:pump1-corerl',
      'service:telemetry',
    ]);
    expect(toggled(NOTHING_SELECTED, []).size).to.equal(0);
  });

  it('stands for what still exists, as it is now, and says what the filter hides', () => {
    const failed = serviceOf('telemetry', { state: 'failed' });
    const world = { ...EMPTY_WORLD, services: new Map([['telemetry', failed]]) };
    const targets = targetsOf(new Set(['service:gone', 'agent:gone', 'service:telemetry']), world);
    expect(targets).to.deep.equal([{ type: 'service', view: failed }]);
    expect([hiddenOf(targets, groups), hiddenOf(targets, groups.slice(0, 1))]).to.deep.equal([0, 1]);
  });
});
