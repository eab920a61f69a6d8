import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { crashAt } from '../../../lib/host/crash-points.ts';

const MODULE = new URL('../../../lib/host/crash-points.ts', import.meta.url).href;

/** Reaches the points in another process with the setting `text`; returns the signal that ended it. */
function endOf(text: string, ...points: readonly string[]): NodeJS.Signals | null {
  const source = `
    import { crashAt } from '${MODULE}';
    const crash = crashAt('${text}');
    for (const point of ${JSON.stringify(points)}) crash(point);`;
  return spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source]).signal;
}

describe('a crash point', () => {
  it('has no effect without the variable', () => {
    expect(crashAt(undefined)).to.equal(undefined);
  });

  it('kills the host at the first or at the given occurrence, and nowhere else', function () {
    this.timeout(20_000);
    expect(endOf('after-intention', 'after-intent', 'after-intention')).to.equal('SIGKILL');
    expect(endOf('after-intention:2', 'after-intention', 'after-intent', 'after-intention')).to.equal('SIGKILL');
    expect(endOf('after-intention:3', 'after-intention', 'after-intention', 'before-commit')).to.equal(null);
  });
});
