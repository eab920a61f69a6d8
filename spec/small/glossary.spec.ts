import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const text = readFileSync(join(import.meta.dirname, '../../docs/glossary.md'), 'utf8');
const terms = [...text.matchAll(/^\| ([^|]+?) +\|.*\| `[\w./-]+` +\|$/gm)].map(([, term = '']) => term);

describe('the glossary', () => {
  it('has a meaning and a file for every term', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    expect(terms.length).to.equal(rows.length - 2);
  });

  it('has its terms in alphabetical order, each once', () => {
    expect(terms).to.deep.equal([...new Set(terms)].sort());
  });
});
