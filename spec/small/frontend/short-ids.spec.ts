import { expect } from 'chai';
import { shortIds } from '../../../lib/frontend/world/short-ids.ts';

const line = 'north-plant-line-3';
const middle = (word: string): string => `${line}-${word}-temperature-controller-of-the-east-side`;

function shortened(...ids: readonly string[]): readonly string[] {
  const short = shortIds(ids);
  return ids.map((id) => short.get(id) ?? '');
}

describe('long ids in rows', () => {
  it('are whole if they fit', () => {
    expect(shortened('pump1-corerl', 'x'.repeat(24))).to.deep.equal(['pump1-corerl', 'x'.repeat(24)]);
  });

  it('have their beginning and their end', () => {
    expect(
      shortened(`${line}-mixer-agent-of-the-second-shift-coreio`, `${line}-mixer-agent-of-the-second-shift-corerl`),
    ).to.deep.equal(['north-p…nd-shift-coreio', 'north-p…nd-shift-corerl']);
  });

  it('have the part in which they differ, if it is in the middle', () => {
    const [one, other] = shortened(middle('mixer-a'), middle('mixer-b'));
    expect(one).to.contain('mixer-a'.slice(-3)).and.not.to.equal(other);
    expect(other).to.contain('mixer-b'.slice(-3));
    expect(Math.max(one?.length ?? 0, other?.length ?? 0)).to.be.below(25);
  });

  it('stay different, however similar they are', () => {
    const ids = Array.from({ length: 400 }, (_, at) => middle(`unit-${at % 20}-pump-${Math.floor(at / 20)}`));
    expect(new Set(shortened(...ids)).size).to.equal(400);
  });
});
