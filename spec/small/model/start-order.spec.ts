import { expect } from 'chai';
import { formatCycle, startOrder, stopLayers, type Dependent } from '../../../lib/model/policy/start-order.ts';

/** `a:b,c` is a service a that depends on b and c. */
function graph(...texts: readonly string[]): readonly Dependent[] {
  return texts.map((text) => {
    const [id = '', dependencies = ''] = text.split(':');
    return { id, dependsOn: dependencies.split(',').filter((name) => name !== '') };
  });
}

function orderOf(...texts: readonly string[]): string {
  const result = startOrder(graph(...texts));
  return result.type === 'ordered' ? result.order.map(({ id }) => id).join(' ') : `cycle ${formatCycle(result.cycle)}`;
}

function layersOf(...texts: readonly string[]): readonly string[] {
  return stopLayers(graph(...texts)).map((layer) => layer.map(({ id }) => id).join(' '));
}

describe('the start order', () => {
  it('is the order of the input where nothing depends on anything', () => {
    expect(orderOf('c', 'a', 'b')).to.equal('c a b');
  });

  it('is the order of the input where that is right already', () => {
    expect(orderOf('a', 'x', 'b:a', 'y', 'c:a,b')).to.equal('a x b y c');
  });

  it('puts a dependency right before the first that needs it', () => {
    expect(orderOf('rl:io', 'other', 'io')).to.equal('io rl other');
    expect(orderOf('d:b,c', 'b:a', 'c:a', 'a')).to.equal('a b c d');
  });

  it('is empty for nothing', () => {
    expect(orderOf()).to.equal('');
  });

  it('ignores dependencies that are not in the list', () => {
    expect(orderOf('a:elsewhere', 'b')).to.equal('a b');
  });

  it('names a cycle by its own members only', () => {
    expect(orderOf('a:b', 'b:a')).to.equal('cycle a -> b -> a');
    expect(orderOf('x:a', 'a:b', 'b:c', 'c:b')).to.equal('cycle b -> c -> b');
    expect(orderOf('a:a')).to.equal('cycle a -> a');
  });

  it('is found for a long chain', () => {
    const chain = Array.from({ length: 2_000 }, (_, index) => `s${index}:s${index + 1}`);
    expect(orderOf(...chain).startsWith('s1999 s1998 ')).to.be.true;
  });
});

describe('the layers of a stop', () => {
  it('hold dependents before their dependencies', () => {
    expect(layersOf('io', 'rl:io', 'ui:rl')).to.deep.equal(['ui', 'rl', 'io']);
  });

  it('stop together what nothing orders, in the order of the input', () => {
    expect(layersOf('b', 'a', 'c')).to.deep.equal(['b a c']);
  });

  it('wait for the longest chain of dependents', () => {
    expect(layersOf('a', 'b:a', 'c:a,b', 'd')).to.deep.equal(['c d', 'b', 'a']);
  });

  it('let two dependents share a dependency', () => {
    expect(layersOf('io', 'rl1:io', 'rl2:io')).to.deep.equal(['rl1 rl2', 'io']);
  });

  it('count a dependency that is named twice once, and one from elsewhere not at all', () => {
    expect(layersOf('a', 'b:a,a,elsewhere')).to.deep.equal(['b', 'a']);
  });

  it('end with what is caught in a cycle, so that nothing is left out', () => {
    expect(layersOf('x:a', 'a:b', 'b:a', 'c:b')).to.deep.equal(['x c', 'a b']);
  });

  it('are none for nothing', () => {
    expect(layersOf()).to.deep.equal([]);
  });
});
