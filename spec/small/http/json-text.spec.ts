import { expect } from 'chai';
import { ListBody } from '../../../lib/http/json-text.ts';

const [one, other, third] = [{ id: 'a' }, { id: 'é' }, { id: 'c' }];

describe('the body of a list', () => {
  let list: ListBody;

  beforeEach(() => {
    list = new ListBody('services');
  });

  it('has the items and the next cursor on one line', () => {
    expect(list.of([one, other], 'é').toString()).to.equal('{"services":[{"id":"a"},{"id":"é"}],"next":"é"}\n');
    expect(list.of([], null).toString()).to.equal('{"services":[],"next":null}\n');
  });

  it('is the same for the same items', () => {
    const body = list.of([one, other], null);
    expect(list.of([one, other], null)).to.equal(body);
  });

  for (const [what, items, next] of [
    ['another item', [one, third], null],
    ['an item more', [one, other, third], null],
    ['an item less', [one], null],
    ['another order', [other, one], null],
    ['another cursor', [one, other], 'b'],
    ['an equal item that is another object', [one, { id: 'b' }], null],
  ] as const) {
    it(`is made again for ${what}`, () => {
      const before = list.of([one, other], null);
      const body = list.of(items, next);
      expect(body).not.to.equal(before);
      expect(JSON.parse(body.toString())).to.deep.equal({ services: items, next });
    });
  }
});
