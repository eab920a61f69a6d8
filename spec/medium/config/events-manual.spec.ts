import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_TYPES } from '../../../lib/model/explain/event-sentence.ts';

const manual = readFileSync(join(import.meta.dirname, '../../../docs/events.md'), 'utf8');

describe('the manual of events', () => {
  it('has every type of the journal, and no other', () => {
    const [, table = ''] = manual.split('## Types');
    const types = [...table.matchAll(/^\| `([a-z_.]+)`/gm)].map(([, type]) => type);
    expect(types.sort()).to.deep.equal([...EVENT_TYPES].sort());
  });
});
