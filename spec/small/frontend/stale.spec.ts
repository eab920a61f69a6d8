import { expect } from 'chai';
import { isFresh, NOTHING_STALE, staleAfter } from '../../../lib/frontend/world/stale.ts';
import { eventOf } from './views.ts';

describe('what the dashboard reads again', () => {
  it('is the views that an event names', () => {
    const one = staleAfter(NOTHING_STALE, eventOf({ agent_id: 'pump1', service_id: 'pump1-corerl' }));
    const both = staleAfter(one, eventOf({ service_id: 'telemetry' }));

    expect(both).to.deep.equal({
      ...{ type: 'views', agents: new Set(['pump1']) },
      services: new Set(['pump1-corerl', 'telemetry']),
    });
    expect([isFresh(NOTHING_STALE), isFresh(one)]).to.deep.equal([true, false]);
  });

  it('is everything after events that can change the lists, and stays so', () => {
    for (const type of [
      'config.reloaded',
      'agent.deleted',
      'agent.start_requested',
      'service.delete_requested',
      'host.started',
    ]) {
      const stale = staleAfter(NOTHING_STALE, eventOf({ type }));
      expect(stale, type).to.deep.equal({ type: 'everything' });
      expect(staleAfter(stale, eventOf({})), type).to.deep.equal({ type: 'everything' });
    }
  });

  it('is everything if that is less work than many single views', () => {
    const events = Array.from({ length: 21 }, (_, index) => eventOf({ service_id: `service-${index}` }));

    expect(events.slice(0, 20).reduce(staleAfter, NOTHING_STALE).type).to.equal('views');
    expect(events.reduce(staleAfter, NOTHING_STALE).type).to.equal('everything');
  });
});
