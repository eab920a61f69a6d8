import { expect } from 'chai';
import { formatFilter, NO_FILTER, parseFilter } from '../../../lib/frontend/world/filter.ts';

describe('the filter of the dashboard’s list in an address', () => {
  it('has several states and a text', () => {
    const filter = { text: 'pump 1&2 ü', standings: ['failed', 'unready'] } as const;
    expect(formatFilter(filter)).to.equal('?state=failed,not-ready&text=pump%201%262%20%C3%BC');
    expect(parseFilter(formatFilter(filter))).to.deep.equal(filter);
  });

  it('is empty for everything', () => {
    expect([formatFilter(NO_FILTER), parseFilter('')]).to.deep.equal(['', NO_FILTER]);
    expect(formatFilter({ ...NO_FILTER, standings: ['backoff'] })).to.equal('?state=backoff');
    expect(formatFilter({ ...NO_FILTER, text: 'x' })).to.equal('?text=x');
  });

  it('ignores what it does not know, and accepts repeated fields', () => {
    expect(parseFilter('?state=dead,stopped&state=running&x=1')).to.deep.equal({
      text: '',
      standings: ['running', 'stopped'],
    });
  });
});
