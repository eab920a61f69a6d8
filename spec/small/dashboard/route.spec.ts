import { expect } from 'chai';
import { formatRoute, parseRoute } from '../../../lib/dashboard/world/route.ts';
import type { Route } from '../../../lib/dashboard/world/route.ts';

describe('the addresses of the dashboard', () => {
  const routes: readonly Route[] = [
    { type: 'nothing' },
    { type: 'timeline' },
    { type: 'agent', id: 'pump1' },
    { type: 'service', id: 'pump1-corerl', tab: 'overview' },
    { type: 'service', id: 'a b/c', tab: 'logs' },
  ];
  for (const route of routes) {
    it(`lead back to ${JSON.stringify(route)}`, () => {
      expect(parseRoute(formatRoute(route))).to.deep.equal(route);
    });
  }

  it('show nothing if they are invalid, and the overview for an unknown tab', () => {
    for (const hash of ['', '#', '#/', '#/services', '#/services/', '#/services/%', '#/nowhere/pump1']) {
      expect(parseRoute(hash), hash).to.deep.equal({ type: 'nothing' });
    }
    expect(parseRoute('#/services/x/logs?generation=7')).to.deep.include({ type: 'service', id: 'x', tab: 'logs' });
    expect(parseRoute('#/agents/pump1?last=60')).to.deep.equal({ type: 'agent', id: 'pump1' });
    expect(parseRoute('#/timeline?last=60')).to.deep.equal({ type: 'timeline' });
    expect(parseRoute('#/services/x/nowhere')).to.deep.equal({ type: 'service', id: 'x', tab: 'overview' });
  });
});
