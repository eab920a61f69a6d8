import { expect } from 'chai';
import { nearest } from '../../../lib/model/values/nearest.ts';

const KEYS = ['restart', 'recover_after', 'env', 'args', 'settle', 'stop'];

describe('the nearest known word', () => {
  for (const [typed, meant] of [
    ['restrat', 'restart'],
    ['restar', 'restart'],
    ['arg', 'args'],
    ['enviroment', 'env'],
    ['recoverAfter', 'recover_after'],
    ['setttle', 'settle'],
    ['sotp', 'stop'],
    ['stop', 'stop'],
  ] as const) {
    it(`to "${typed}" is "${meant}"`, () => {
      expect(nearest(typed, KEYS)).to.equal(meant);
    });
  }

  it('counts swapped characters as one edit', () => {
    expect(nearest('SIGTREM', ['SIGTRAP', 'SIGTERM'])).to.equal('SIGTERM');
  });

  it('is the first of equally near ones', () => {
    expect(nearest('x', ['b', 'a'])).to.equal('b');
  });

  it('is null without candidates', () => {
    expect(nearest('x', [])).to.be.null;
  });
});
