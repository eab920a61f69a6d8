import { expect } from 'chai';
import { bytes, counted, percent } from '../../../lib/dashboard/words/amount.ts';

describe('amounts on the dashboard', () => {
  it('are counted in the singular and in the plural', () => {
    expect([0, 1, 2].map((count) => counted(count, 'agent'))).to.deep.equal(['0 agents', '1 agent', '2 agents']);
  });

  it('of memory have a suitable unit', () => {
    expect([0, 900, 1536, 20 * 2 ** 20].map(bytes)).to.deep.equal(['0 B', '900 B', '1.5 KiB', '20 MiB']);
  });

  it('of a core have more digits if they are small', () => {
    expect([0.26, 12.6].map(percent)).to.deep.equal(['0.3 %', '13 %']);
  });
});
