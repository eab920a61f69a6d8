import { expect } from 'chai';
import { Pages } from '../../../lib/http/page.ts';
import { RequestError } from '../../../lib/http/problem.ts';

interface Item {
  readonly id: string;
}

function items(ids: string): readonly Item[] {
  return ids.split('').map((id) => ({ id }));
}

function idsOf(page: { readonly items: readonly Item[] }): string {
  return page.items.map(({ id }) => id).join('');
}

describe('the pages of a list', () => {
  let pages: Pages;

  beforeEach(() => {
    pages = new Pages('service');
  });

  it('follow each other by the id of the last item, and end with null', () => {
    const first = pages.of(items('abcde'), { limit: 2 });
    expect([idsOf(first), first.next]).to.deep.equal(['ab', 'b']);
    const last = pages.of(items('abcde'), { limit: 3, cursor: 'b' });
    expect([idsOf(last), last.next]).to.deep.equal(['cde', null]);
  });

  it('continue after the position of a removed item, and of all items before it', () => {
    pages.of(items('abcdef'), { limit: 3 });
    const second = pages.of(items('abdef'), { limit: 2, cursor: 'c' });
    expect([idsOf(second), second.next]).to.deep.equal(['de', 'e']);
    expect(idsOf(pages.of(items('fg'), { limit: 9, cursor: 'c' }))).to.equal('fg');
    expect(idsOf(pages.of(items('g'), { limit: 9, cursor: 'e' }))).to.equal('g');
  });

  it('continue at the old position of an item that returned at the end', () => {
    pages.of(items('abcd'), { limit: 2 });
    expect(idsOf(pages.of(items('acdb'), { limit: 9, cursor: 'b' }))).to.equal('cdb');
    pages.of(items('acdb'), { limit: 3 });
    expect(idsOf(pages.of(items('acdb'), { limit: 9, cursor: 'd' }))).to.equal('b');
  });

  it('keep their positions while the list stays the same, and follow it when it changes again', () => {
    for (let time = 0; time < 2; time += 1) expect(idsOf(pages.of(items('abc'), { limit: 9 }))).to.equal('abc');
    expect(idsOf(pages.of(items('cab'), { limit: 9, cursor: 'b' }))).to.equal('');
    expect(idsOf(pages.of(items('cba'), { limit: 9, cursor: 'c' }))).to.equal('ba');
  });

  it('omit items that do not match, even the item of the cursor', () => {
    const isWanted = ({ id }: Item): boolean => 'ace'.includes(id);
    const first = pages.of(items('abcdef'), { limit: 1 }, isWanted);
    expect([idsOf(first), first.next]).to.deep.equal(['a', 'a']);
    expect(idsOf(pages.of(items('bcdef'), { limit: 2, cursor: 'a' }, isWanted))).to.equal('ce');
    expect(idsOf(pages.of(items('bcdef'), { limit: 2, cursor: 'd' }, isWanted))).to.equal('e');
  });

  it('reject an unknown cursor', () => {
    expect(() => pages.of(items('ab'), { limit: 1, cursor: 'z' })).to.throw(
      RequestError,
      '"z", which no longer exists',
    );
  });
});
