import { expect } from 'chai';
import { problemText } from '../../../lib/cli/host/client-errors.ts';

describe('a problem on the command line', () => {
  const message = 'is not valid YAML: a bracket is missing';
  const first = { path: '', message, line: 2, column: 1 };
  const second = { path: 'kinds.corerl', message: 'is an unknown key', line: 7, column: 3 };
  const detail = `/plant/pump1.yaml:2:1: ${message}.`;

  it('has one line for each place that its sentence does not name', () => {
    expect(problemText({ detail, errors: [first] })).to.equal(detail);
    expect(problemText({ detail, errors: [first, second] })).to.equal(
      `${detail}\n  7:3: kinds.corerl: is an unknown key`,
    );
    expect(problemText({ detail, errors: [{ ...first, line: 9 }] })).to.equal(`${detail}\n  9:1: ${message}`);
  });
});
