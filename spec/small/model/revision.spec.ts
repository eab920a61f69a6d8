import { expect } from 'chai';
import {
  changedParts,
  digestOf,
  isSame,
  isSameSpec,
  launchParts,
  revisionOf,
} from '../../../lib/model/policy/revision.ts';
import type { ServiceSpec } from '../../../lib/model/spec.ts';
import { serviceSpec } from '../../support/actors/specs.ts';

/** The same with the keys of every object the other way round, as a schema or a later version may give them. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, turned(part)]),
  );
}

describe('the revision of a spec', () => {
  const spec = serviceSpec('pump1-corerl', { args: ['a', 'b'], env: { A: '1', B: '2' } });

  it('is the same after the spec was kept and read back with its keys in another order', () => {
    const again = turned(spec) as ServiceSpec; // with the same keys
    expect(revisionOf(again)).to.equal(revisionOf(spec));
    expect(changedParts(spec, again)).to.deep.equal([]);
  });

  it('makes two readings of a spec the same one, and no other', () => {
    expect(isSameSpec(spec, turned(spec) as ServiceSpec)).to.equal(true); // with the same keys
    expect(isSameSpec(spec, { ...spec, args: ['a', 'c'] })).to.equal(false);
    expect(isSameSpec(spec, { ...spec, env: { A: '1' } })).to.equal(false);
  });

  it('is another one for another value, also where only the order of a list differs', () => {
    const other = { ...spec, args: ['b', 'a'] };
    expect(revisionOf(other)).not.to.equal(revisionOf(spec));
    expect(changedParts(spec, other)).to.deep.equal(['args']);
  });

  it('is another one for another user, which only a new launch can apply', () => {
    const other = { ...spec, user: 'svc', group: 'plant' };
    expect(revisionOf(other)).not.to.equal(revisionOf(spec));
    expect(launchParts(changedParts(spec, other))).to.deep.equal(['user', 'group']);
  });

  it('is another one for merged output, which only a new launch can apply', () => {
    const other = { ...spec, output: 'merged' } as const;
    expect(revisionOf(other)).not.to.equal(revisionOf(spec));
    expect(launchParts(changedParts(spec, other))).to.deep.equal(['output']);
  });

  it('is another one for another pod, which only a new launch can apply', () => {
    const none = { cpuMillis: null, memoryBytes: null };
    const pod = { image: 'plant/gpu:2', volumes: null, nodeSelector: null, serviceAccount: null };
    const other: ServiceSpec = { ...spec, pod: { ...pod, requests: none, limits: none } };
    expect(revisionOf(other)).not.to.equal(revisionOf(spec));
    expect(launchParts(changedParts(spec, other))).to.deep.equal(['pod']);
  });

  it('is that of 0.1.0 while no part is set that it did not know', () => {
    const known = Object.entries(spec).filter(([part]) => !['user', 'group', 'output', 'pod'].includes(part));
    expect(revisionOf(spec)).to.equal(digestOf(Object.fromEntries(known)));
  });
});

describe('two plain JSON values', () => {
  for (const [one, other] of [
    [
      { a: 1, b: [{ c: null }] },
      { b: [{ c: null }], a: 1 },
    ],
    [{ a: 1, b: undefined }, { a: 1 }],
    [{ a: 1 }, { b: undefined, a: 1 }],
    ['x', 'x'],
    [null, null],
  ] as const) {
    it(`are the same: ${JSON.stringify(one)}, ${JSON.stringify(other)}`, () => {
      expect(isSame(one, other)).to.equal(true);
    });
  }

  for (const [one, other] of [
    [{ a: 1 }, { a: 1, b: null }],
    [{ a: 1, b: null }, { a: 1 }],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 2]],
    [[], {}],
    [{ 0: 'x' }, ['x']],
    [{}, null],
    ['1', 1],
  ] as const) {
    it(`are not the same: ${JSON.stringify(one)}, ${JSON.stringify(other)}`, () => {
      expect(isSame(one, other)).to.equal(false);
    });
  }
});
