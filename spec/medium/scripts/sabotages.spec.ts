import { expect } from 'chai';
import { readFileSync } from 'node:fs';

const ROOT = new URL('../../../', import.meta.url);

interface Sabotage {
  readonly name: string;
  readonly file: string;
  readonly find: string;
}

describe('the sabotages', () => {
  for (const list of ['explore', 'chaos', 'chaos-cluster']) {
    it(`of ${list}.js replace what is in their file exactly once`, async () => {
      const module = (await import(new URL(`scripts/sabotages/${list}.js`, ROOT).href)) as Record<string, Sabotage[]>;
      const sabotages = Object.values(module).flat();
      const stale = sabotages.filter(
        ({ file, find }) => readFileSync(new URL(file, ROOT), 'utf8').split(find).length !== 2,
      );
      expect(sabotages).not.to.have.length(0);
      expect(stale.map(({ name }) => name)).to.deep.equal([]);
    });
  }
});
