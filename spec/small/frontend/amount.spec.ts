import { expect } from 'chai';
import { localInstant, localSentence } from '../../../lib/dashboard/words/time.ts';
import { bytes, counted, percent } from '../../../lib/frontend/words/amount.ts';

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

describe('a sentence of the host on the dashboard', () => {
  it('has its instants in local time, as everything around it', () => {
    const at = '2026-01-02T03:04:05.678Z';
    const now = Date.parse('2026-01-02T04:00:00.000Z');
    expect(localSentence(`pump1 runs since ${at}; not 2026-01-02.`, now)).to.equal(
      `pump1 runs since ${localInstant(at, now)}; not 2026-01-02.`,
    );
  });
});
