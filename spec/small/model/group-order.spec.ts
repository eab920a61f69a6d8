import { expect } from 'chai';
import { inGroupOrder } from '../../../lib/model/policy/group-order.ts';
import type { DependencySpec, ServiceSpec } from '../../../lib/model/spec.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { serviceSpec } from '../../support/store/store-contract.ts';

type Row = readonly [id: string, ...dependsOn: string[]];

/** Ids that begin with `io` are shared; a dependency is `id` or `id!condition`. */
function services(...rows: readonly Row[]): readonly ServiceSpec[] {
  return rows.map(([id, ...dependsOn]) => {
    const spec = { ...serviceSpec(id), dependsOn: dependsOn.map(dependency) };
    return id.startsWith('io') ? { ...spec, agentId: null } : spec;
  });
}

function dependency(text: string): DependencySpec {
  const [id = '', condition = 'started'] = text.split('!');
  return { serviceId: parseServiceId(id), condition: condition as DependencySpec['condition'] }; // the rows below
}

function words(specs: readonly ServiceSpec[]): readonly Row[] {
  return specs.map(({ id, dependsOn }) => [
    id,
    ...dependsOn.map(({ serviceId, condition }) => serviceId + (condition === 'started' ? '' : `!${condition}`)),
  ]);
}

describe('the order within a group', () => {
  const rows: readonly (readonly [what: string, given: readonly Row[], expected: readonly Row[]])[] = [
    ['chains what is independent', [['a'], ['b'], ['c']], [['a'], ['b', 'a'], ['c', 'b']]],
    ['adds to other dependencies', [['a'], ['b'], ['c', 'a']], [['a'], ['b', 'a'], ['c', 'a', 'b']]],
    ['leaves a dependency on the one before as it is', [['a'], ['b', 'a!healthy']], [['a'], ['b', 'a!healthy']]],
    ['is content with a way through others', [['a'], ['b', 'a'], ['c', 'b']], [['a'], ['b', 'a'], ['c', 'b']]],
    ['has a launch not suffice', [['a'], ['b', 'a!launched']], [['a'], ['b', 'a']]],
    [
      'lets nothing shared wait, and what comes after it wait for those before it',
      [['a'], ['io'], ['io2'], ['b'], ['c']],
      [['a'], ['io'], ['io2'], ['b', 'io2', 'io', 'a'], ['c', 'b']],
    ],
    ['of one is nothing', [['a']], [['a']]],
  ];
  for (const [what, given, expected] of rows) {
    it(what, () => {
      for (const strategy of ['one_for_all', 'rest_for_one'] as const) {
        expect(words(inGroupOrder(services(...given), strategy))).to.deep.equal(expected);
      }
    });
  }

  it('is no other than the dependencies say where each service stands for itself', () => {
    const given = services(['a'], ['b']);
    expect(inGroupOrder(given, 'one_for_one')).to.equal(given);
  });

  it('is found in a moment for many services that all depend on those before them', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `s${index}`);
    const given = services(...ids.map((id, index): Row => [id, ...ids.slice(0, index)]));
    expect(inGroupOrder(given, 'one_for_all')).to.deep.equal(given);
  });
});
